import { makeStyles, Tab, TabList, tokens } from "@fluentui/react-components";
import { useWords } from "@/i18n/words";
import { PageHeader } from "@/parts/PageHeader";
import { useParameter } from "@/parts/useParameter";
import { ChangeLog } from "./ChangeLog";
import { Compare } from "./Compare";
import { Facts } from "./Facts";
import { Held } from "./Held";

const VIEWS = { held: Held, compare: Compare, changes: ChangeLog, facts: Facts } as const;
type ViewName = keyof typeof VIEWS;

const useStyles = makeStyles({
  tabs: { marginBottom: tokens.spacingVerticalM, flexWrap: "wrap" },
});

/** Who held what on a day, two days compared, and how we know. */
export default function History(): React.JSX.Element {
  const styles = useStyles();
  const { t } = useWords("History");
  const [asked, setView] = useParameter("view", "held");
  const view = asked in VIEWS ? (asked as ViewName) : "held";
  const View = VIEWS[view];
  return (
    <>
      <PageHeader title={t("title")} sub={t(`sub.${view}`)} />
      <TabList
        className={styles.tabs}
        aria-label={t("tab.label")}
        selectedValue={view}
        onTabSelect={(_, { value }) => setView(value as string)}
      >
        {(Object.keys(VIEWS) as ViewName[]).map((each) => (
          <Tab key={each} value={each}>
            {t(`tab.${each}`)}
          </Tab>
        ))}
      </TabList>
      <View />
    </>
  );
}
