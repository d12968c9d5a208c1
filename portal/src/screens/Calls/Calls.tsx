import { Tab, TabList, makeStyles, tokens } from "@fluentui/react-components";
import { useWords } from "@/i18n/words";
import { useFormats } from "@/i18n/format";
import { ChoiceFilter } from "@/parts/FilterBar";
import { PageHeader } from "@/parts/PageHeader";
import { useParameter } from "@/parts/useParameter";
import { plusDays } from "@/time/days";
import { useMoment } from "@/time/useMoment";
import { CallList } from "./CallList";
import { CallUsage } from "./CallUsage";
import { PhoneCosts } from "./PhoneCosts";
import { SPANS, spanOf } from "./span";

const TABS = ["usage", "phone", "list"] as const;

const useStyles = makeStyles({
  tabs: { marginBottom: tokens.spacingVerticalM, flexWrap: "wrap" },
});

/** How Teams calling is used, what telephone calls cost, and the calls themselves. */
export default function Calls(): React.JSX.Element {
  const styles = useStyles();
  const { t } = useWords("Calls");
  const formats = useFormats();
  const moment = useMoment();
  const [tab, setTab] = useParameter("view", "usage");
  const [days, setDays] = useParameter("days", "28");
  const span = spanOf(moment.day, days);
  const choice = (
    <ChoiceFilter
      label={t("span.label")}
      value={days}
      any=""
      choices={SPANS.map((each) => ({ value: each, label: t(`span.${each}`) }))}
      onChange={setDays}
    />
  );
  const View = tab === "phone" ? PhoneCosts : tab === "list" ? CallList : CallUsage;
  return (
    <>
      <PageHeader
        title={t("title")}
        sub={t("about", { since: formats.day(span.since), last: formats.day(plusDays(span.until, -1)) })}
      />
      <TabList
        className={styles.tabs}
        aria-label={t("tab.label")}
        selectedValue={tab}
        onTabSelect={(_, { value }) => setTab(value as string)}
      >
        {TABS.map((each) => (
          <Tab key={each} value={each} id={`calls-${each}`}>
            {t(`tab.${each}`)}
          </Tab>
        ))}
      </TabList>
      <View span={span} days={choice} />
    </>
  );
}
