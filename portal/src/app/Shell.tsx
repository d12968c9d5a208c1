import { Button, makeStyles, OverlayDrawer, DrawerBody, Text, tokens } from "@fluentui/react-components";
import { Navigation20Regular } from "@fluentui/react-icons/svg/navigation";
import { useEffect, useMemo, useRef, useState } from "react";
import { useWords } from "@/i18n/words";
import { Link, Outlet, useLocation, useParams } from "react-router";
import { useAsk } from "@/api/useAsk";
import { ShellDocument, ShownTenantDocument } from "@/gql/graphql";
import { Failed } from "@/parts/Failed";
import { AccountMenu } from "./AccountMenu";
import { LanguageSwitch } from "./LanguageSwitch";
import { Navigation } from "./Navigation";
import { TenantPicker } from "./TenantPicker";
import { ThemeSwitch } from "./ThemeSwitch";
import { ViewerContext, type Viewer } from "./tenant";

const NARROW = "@media (max-width: 899px)";
const HEADER = "48px";

const useStyles = makeStyles({
  page: {
    minHeight: "100vh",
    display: "grid",
    gridTemplateColumns: "212px minmax(0, 1fr)",
    gridTemplateRows: `${HEADER} 1fr`,
    backgroundColor: tokens.colorNeutralBackground2,
    [NARROW]: { gridTemplateColumns: "minmax(0, 1fr)" },
    "@media print": { display: "block", backgroundColor: "white" },
  },
  skip: {
    position: "absolute",
    left: "-9999px",
    ":focus": {
      left: "8px",
      top: "8px",
      zIndex: 1000,
      backgroundColor: tokens.colorNeutralBackground1,
      padding: "8px",
    },
  },
  header: {
    gridColumn: "1 / -1",
    position: "sticky",
    top: 0,
    zIndex: 20,
    display: "flex",
    alignItems: "center",
    gap: tokens.spacingHorizontalS,
    padding: `0 ${tokens.spacingHorizontalM}`,
    backgroundColor: tokens.colorNeutralBackground1,
    borderBottom: `1px solid ${tokens.colorNeutralStroke2}`,
  },
  brand: {
    color: tokens.colorBrandForeground1,
    fontWeight: tokens.fontWeightBold,
    fontSize: tokens.fontSizeBase500,
    textDecorationLine: "none",
    marginRight: tokens.spacingHorizontalM,
  },
  picker: { flex: "1 1 auto", minWidth: 0, display: "flex" },
  menu: { display: "none", [NARROW]: { display: "inline-flex" } },
  side: {
    position: "sticky",
    top: HEADER,
    alignSelf: "start",
    maxHeight: `calc(100vh - ${HEADER})`,
    overflowY: "auto",
    padding: tokens.spacingHorizontalM,
    boxSizing: "border-box",
    [NARROW]: { display: "none" },
  },
  main: {
    minWidth: 0,
    padding: `${tokens.spacingVerticalL} ${tokens.spacingHorizontalXXL} ${tokens.spacingVerticalXXXL}`,
    outlineStyle: "none",
    [NARROW]: { padding: `${tokens.spacingVerticalM} ${tokens.spacingHorizontalM} ${tokens.spacingVerticalXXL}` },
    "@media print": { padding: 0 },
  },
  inside: { maxWidth: "1480px", margin: "0 auto" },
  drawer: { width: "260px" },
});

/** What surrounds every screen: header, navigation, and the place the screen stands in. */
export function Shell(): React.JSX.Element {
  const styles = useStyles();
  const { t } = useWords();
  const { tenant = "" } = useParams();
  const { data, trouble, again } = useAsk(ShellDocument, {}, { live: false });
  useAsk(ShownTenantDocument, { tenant }, { live: false, pause: tenant === "" }); // asked at once, shown further below
  const [open, setOpen] = useState(false);
  const main = useFocusOnChange();
  const viewer = useMemo<Viewer | null>(() => {
    if (data === undefined) return null;
    const { name, roles, mayInvite, tenants } = data.viewer;
    return { name: name ?? null, roles, mayInvite, tenants: tenants.nodes };
  }, [data]);
  if (viewer === null) return trouble === null ? <div /> : <Failed trouble={trouble} onRetry={again} />;
  return (
    <ViewerContext value={viewer}>
      <div className={styles.page}>
        <a href="#main" className={styles.skip}>
          {t("header.skip")}
        </a>
        <header className={styles.header} data-print="no">
          <Button
            className={styles.menu}
            appearance="subtle"
            icon={<Navigation20Regular />}
            aria-label={t("header.navigation")}
            aria-expanded={open}
            onClick={() => setOpen(true)}
          />
          <Link to="/" className={styles.brand}>
            SUA
          </Link>
          <div className={styles.picker}>
            <TenantPicker />
          </div>
          <LanguageSwitch />
          <ThemeSwitch />
          <AccountMenu />
        </header>
        <div className={styles.side} data-print="no">
          <Navigation />
        </div>
        <OverlayDrawer
          className={styles.drawer}
          open={open}
          onOpenChange={(_, { open: wanted }) => setOpen(wanted)}
          aria-label={t("header.navigation")}
        >
          <DrawerBody>
            <Text as="h2" weight="semibold" block>
              SUA
            </Text>
            <Navigation onGo={() => setOpen(false)} />
          </DrawerBody>
        </OverlayDrawer>
        <main id="main" className={styles.main} ref={main} tabIndex={-1}>
          <div className={styles.inside}>
            <Outlet />
          </div>
        </main>
      </div>
    </ViewerContext>
  );
}

/** After a change of screen, reading goes on at its beginning; a change of parameters alone moves nothing. */
function useFocusOnChange(): React.RefObject<HTMLElement | null> {
  const main = useRef<HTMLElement>(null);
  const { pathname } = useLocation();
  const before = useRef(pathname);
  useEffect(() => {
    if (before.current === pathname) return;
    before.current = pathname;
    main.current?.focus({ preventScroll: true });
    scrollTo(0, 0);
  }, [pathname]);
  return main;
}
