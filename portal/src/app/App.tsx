import { createDOMRenderer, FluentProvider, RendererProvider } from "@fluentui/react-components";
import { Suspense, useMemo } from "react";
import { createBrowserRouter, Navigate, type RouteObject } from "react-router";
import { RouterProvider } from "react-router/dom";
import { Provider } from "urql";
import { createClient } from "@/api/client";
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

/** The portal. Without a session nothing but the signed-out page is shown. */
export function App({ session }: { readonly session: Session | SignedOut | "unreachable" }): React.JSX.Element {
  const colours = useThemeChoice();
  const router = useMemo(() => createBrowserRouter(routesOf(session)), [session]);
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

function routesOf(session: Session | SignedOut | "unreachable"): RouteObject[] {
  const signedOut: RouteObject = { path: "/signed-out", Component: SignedOutPage };
  if (session === "unreachable") return [signedOut, { path: "*", Component: Unreachable }];
  if (session instanceof SignedOut) {
    const here = location.pathname + location.search;
    const to = `/signed-out?why=${encodeURIComponent(session.code)}&back=${encodeURIComponent(here)}`;
    return [signedOut, { path: "*", element: <Navigate to={to} replace /> }];
  }
  return [
    signedOut,
    {
      element: <SignedOn session={session} />,
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

function SignedOn({ session }: { readonly session: Session }): React.JSX.Element {
  const client = useMemo(() => createClient(session.csrf), [session]);
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
