import { makeStyles, Tab, TabList, tokens } from "@fluentui/react-components";
import type { ReactElement } from "react";
import { useWords } from "@/i18n/words";
import { PageHeader } from "@/parts/PageHeader";
import { useParameter } from "@/parts/useParameter";
import { useMoment } from "@/time/useMoment";
import { Licences } from "./Licences";
import { MonthBar } from "./MonthBar";
import { Telephone } from "./Telephone";
import { useMonth } from "./useMonth";

const useStyles = makeStyles({
  bar: {
    display: "flex",
    flexWrap: "wrap",
    justifyContent: "space-between",
    alignItems: "center",
    gap: tokens.spacingHorizontalM,
    marginBottom: tokens.spacingVerticalM,
  },
});

/** What a month's licences and telephone calls cost, who pays, and how much of it served nobody. */
export default function Costs(): ReactElement {
  const styles = useStyles();
  const { t } = useWords("Costs");
  const moment = useMoment();
  const [month, setMonth] = useMonth();
  const [tab, setTab] = useParameter("tab", "licences");
  return (
    <>
      <PageHeader title={t("title")} sub={t("lead")} />
      <div className={styles.bar}>
        <TabList
          selectedValue={tab}
          onTabSelect={(_, { value }) => setTab(String(value))}
          aria-label={t("tab.label")}
          data-print="no"
        >
          <Tab value="licences">{t("tab.licences")}</Tab>
          <Tab value="telephone">{t("tab.telephone")}</Tab>
        </TabList>
        <MonthBar month={month} day={moment.day} onMonth={setMonth} />
      </div>
      {tab === "telephone" ? <Telephone month={month} /> : <Licences month={month} onMonth={setMonth} />}
    </>
  );
}
