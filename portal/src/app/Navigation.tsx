import { makeStyles, mergeClasses, tokens } from "@fluentui/react-components";
import { Box20Regular } from "@fluentui/react-icons/svg/box";
import { Building20Regular } from "@fluentui/react-icons/svg/building";
import { Call20Regular } from "@fluentui/react-icons/svg/call";
import { ClipboardTask20Regular } from "@fluentui/react-icons/svg/clipboard-task";
import { HeartPulse20Regular } from "@fluentui/react-icons/svg/heart-pulse";
import { History20Regular } from "@fluentui/react-icons/svg/history";
import { Home20Regular } from "@fluentui/react-icons/svg/home";
import { Money20Regular } from "@fluentui/react-icons/svg/money";
import { People20Regular } from "@fluentui/react-icons/svg/people";
import { PersonAdd20Regular } from "@fluentui/react-icons/svg/person-add";
import { Settings20Regular } from "@fluentui/react-icons/svg/settings";
import type { ComponentType } from "react";
import { useWords } from "@/i18n/words";
import { NavLink, useParams, useSearchParams } from "react-router";
import { momentSearch } from "@/time/moment";
import { hasScreen, preload, TENANT_SCREENS } from "./screens";
import { useRights, useViewer } from "./tenant";

const ICONS: Record<string, ComponentType<{ "aria-hidden"?: boolean }>> = {
  Overview: Home20Regular,
  Worklist: ClipboardTask20Regular,
  Skus: Box20Regular,
  Costs: Money20Regular,
  People: People20Regular,
  Calls: Call20Regular,
  History: History20Regular,
  Health: HeartPulse20Regular,
  Settings: Settings20Regular,
  Portfolio: Building20Regular,
  Onboarding: PersonAdd20Regular,
};

const useStyles = makeStyles({
  list: { listStyleType: "none", margin: 0, padding: 0, display: "flex", flexDirection: "column", gap: "2px" },
  rule: { borderTop: `1px solid ${tokens.colorNeutralStroke2}`, margin: `${tokens.spacingVerticalS} 0` },
  link: {
    display: "flex",
    alignItems: "center",
    gap: tokens.spacingHorizontalM,
    padding: `${tokens.spacingVerticalS} ${tokens.spacingHorizontalM}`,
    borderRadius: tokens.borderRadiusMedium,
    color: tokens.colorNeutralForeground1,
    textDecorationLine: "none",
    fontSize: tokens.fontSizeBase300,
    "& svg": { flexShrink: 0 },
    ":hover": { backgroundColor: tokens.colorNeutralBackground1Hover },
    ":focus-visible": { outline: `2px solid ${tokens.colorStrokeFocus2}` },
  },
  here: {
    backgroundColor: tokens.colorNeutralBackground1Selected,
    fontWeight: tokens.fontWeightSemibold,
    boxShadow: `inset 3px 0 0 ${tokens.colorBrandForeground1}`,
  },
});

/** The ways to all screens, each at the moment on screen. `onGo`: called when one is taken. */
export function Navigation({ onGo }: { readonly onGo?: () => void }): React.JSX.Element {
  const styles = useStyles();
  const { t } = useWords();
  const { tenant } = useParams();
  const [search] = useSearchParams();
  const rights = useRights();
  const { mayInvite } = useViewer();
  const moment = momentSearch(search);
  const others = [
    ...(rights.portfolio && hasScreen("Portfolio") ? [{ name: "Portfolio", to: `/portfolio${moment}` }] : []),
    ...(mayInvite && hasScreen("Onboarding") ? [{ name: "Onboarding", to: "/onboarding" }] : []),
  ];
  const own =
    tenant === undefined
      ? []
      : TENANT_SCREENS.map(({ name, path }) => ({ name, to: `/t/${encodeURIComponent(tenant)}/${path}${moment}` }));
  const item = ({ name, to }: { name: string; to: string }): React.JSX.Element => {
    const Icon = ICONS[name];
    return (
      <li key={name}>
        <NavLink
          to={to}
          onClick={onGo}
          onPointerEnter={() => preload(name)}
          onFocus={() => preload(name)}
          className={({ isActive }) => mergeClasses(styles.link, isActive && styles.here)}
        >
          {Icon !== undefined && <Icon aria-hidden />}
          {t(`screens.${name}`)}
        </NavLink>
      </li>
    );
  };
  return (
    <nav aria-label={t("header.navigation")}>
      {own.length > 0 && <ul className={styles.list}>{own.map(item)}</ul>}
      {own.length > 0 && others.length > 0 && <div className={styles.rule} />}
      {others.length > 0 && <ul className={styles.list}>{others.map(item)}</ul>}
    </nav>
  );
}
