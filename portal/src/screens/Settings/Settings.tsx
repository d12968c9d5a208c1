import { makeStyles, MessageBar, MessageBarBody, Tab, TabList, tokens } from "@fluentui/react-components";
import type { ReactElement } from "react";
import { useWords } from "@/i18n/words";
import { useTenant } from "@/app/tenant";
import { useFormats } from "@/i18n/format";
import { PageHeader } from "@/parts/PageHeader";
import { useParameter } from "@/parts/useParameter";
import { useMoment } from "@/time/useMoment";
import { Access } from "./Access";
import { Exemptions } from "./Exemptions";
import { Prices } from "./Prices";
import { Retention } from "./Retention";
import { Rules } from "./Rules";

const TABS = { prices: Prices, rules: Rules, exemptions: Exemptions, calls: Retention, access: Access };
type TabName = keyof typeof TABS;
const NAMES = Object.keys(TABS) as TabName[];

const useStyles = makeStyles({
  tabs: { marginBottom: tokens.spacingVerticalM, flexWrap: "wrap" },
  bar: { marginBottom: tokens.spacingVerticalM },
});

/**
 * Prices, rules and exemptions the figures rest on, as they stood at the moment looked at; for how long call details are
 * kept; and who may change all this.
 */
export default function Settings(): ReactElement {
  const styles = useStyles();
  const { t } = useWords("Settings");
  const [tab, setTab] = useParameter("tab", "prices");
  const name = NAMES.find((each) => each === tab) ?? "prices";
  const Shown = TABS[name];
  return (
    <>
      <PageHeader title={t("title")} sub={t("lead")} />
      <Standing />
      <TabList
        className={styles.tabs}
        selectedValue={name}
        onTabSelect={(_, { value }) => setTab(String(value))}
        aria-label={t("tab.label")}
        data-print="no"
      >
        {NAMES.map((each) => (
          <Tab key={each} value={each}>
            {t(`tab.${each}`)}
          </Tab>
        ))}
      </TabList>
      <Shown />
    </>
  );
}

/** Why nothing can be changed here and now, if so. */
function Standing(): ReactElement | null {
  const styles = useStyles();
  const { t } = useWords("Settings");
  const { mayChange } = useTenant();
  const formats = useFormats();
  const moment = useMoment();
  if (moment.past) {
    return (
      <MessageBar className={styles.bar} intent="info" layout="multiline">
        <MessageBarBody>
          {moment.knownAt === null
            ? t("moment.past", { day: formats.day(moment.day) })
            : t("moment.pastKnown", {
                day: formats.day(moment.day),
                known: formats.instant(moment.knownAt, moment.timeZone),
              })}
        </MessageBarBody>
      </MessageBar>
    );
  }
  if (Object.values(mayChange).some((may) => may === true)) return null;
  return (
    <MessageBar className={styles.bar} intent="info">
      <MessageBarBody>{t("mayNot")}</MessageBarBody>
    </MessageBar>
  );
}
