import { createDOMRenderer, FluentProvider, RendererProvider } from "@fluentui/react-components";
import { Suspense, useMemo } from "react";
import { createBrowserRouter, Navigate, type RouteObject } from "react-router";
import { RouterProvider } from "react-router/dom";
import { Provider, type Client } from "urql";
import { SessionContext, SignedOut, type Session } from "@/api/session";
import { Broken } from "./Broken";
import { FirstTenant } from "./FirstTenant";
import { NotFound } from "./NotFound";
import { Shell } from "./Shell";
import { SignedOutPage } from "./SignedOutPage";
import { TenantScreens } from "./TenantScreens";
import { Unreachable } from "./Unreachable";
import { otherRoutes, tenantRoutes } from "./screens";
import { ColoursContext, useThemeChoice } from "./theme";

const renderer = createDOMRenderer(document, { styleElementAttributes: nonceOf(document) });

/** Who is signed on, with the client that asks for them; or why there is no session; or nothing was to be heard of it. */
export type Begun = { readonly session: Session; readonly client: Client } | SignedOut | "unreachable";

/** The portal. Without a session nothing but the signed-out page is shown. */
export function App({ begun }: { readonly begun: Begun }): React.JSX.Element {
  const colours = useThemeChoice();
  const router = useMemo(() => createBrowserRouter(routesOf(begun)), [begun]);
  return (
    <RendererProvider renderer={renderer} targetDocument={document}>
      <ColoursContext value={colours}>
        <FluentProvider theme={colours.theme} style={{ minHeight: "100%" }}>
          <Suspense fallback={null}>
            <RouterProvider router={router} />
          </Suspense>
        </FluentProvider>
      </ColoursContext>
    </RendererProvider>
  );
}

function routesOf(begun: Begun): RouteObject[] {
  const signedOut: RouteObject = { path: "/signed-out", Component: SignedOutPage };
  if (begun === "unreachable") return [signedOut, { path: "*", Component: Unreachable }];
  if (begun instanceof SignedOut) {
    const here = location.pathname + location.search;
    const to = `/signed-out?why=${encodeURIComponent(begun.code)}&back=${encodeURIComponent(here)}`;
    return [signedOut, { path: "*", element: <Navigate to={to} replace /> }];
  }
  return [
    signedOut,
    {
      element: <SignedOn {...begun} />,
      errorElement: <Broken />,
      HydrateFallback: () => null,
      children: [
        { index: true, Component: FirstTenant },
        ...otherRoutes().map((route) => ({ ...route, errorElement: <Broken /> })),
        {
          path: "t/:tenant",
          Component: TenantScreens,
          children: [
            { index: true, element: <Navigate to="overview" replace /> },
            ...tenantRoutes().map((route) => ({ ...route, errorElement: <Broken /> })),
            { path: "*", Component: NotFound },
          ],
        },
        { path: "*", Component: NotFound },
      ],
    },
  ];
}

function SignedOn({ session, client }: { readonly session: Session; readonly client: Client }): React.JSX.Element {
  return (
    <SessionContext value={session}>
      <Provider value={client}>
        <Shell />
      </Provider>
    </SessionContext>
  );
}

/** The page's policy allows styles of this nonce alone; a development page has none. */
function nonceOf(page: Document): Record<string, string> {
  const meta = page.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]');
  const nonce = meta?.nonce || meta?.content;
  return nonce ? { nonce } : {};
}
