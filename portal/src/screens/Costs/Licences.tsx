import { makeStyles, MessageBar, MessageBarBody, Text, tokens } from "@fluentui/react-components";
import { useState, type ReactElement } from "react";
import { useWords } from "@/i18n/words";
import { useAsk } from "@/api/useAsk";
import { useTenant } from "@/app/tenant";
import { CostsMonthDocument, type CostGrouping, type InvoiceInput } from "@/gql/graphql";
import { useFormats } from "@/i18n/format";
import { Answer } from "@/parts/Answer";
import { Empty } from "@/parts/Empty";
import { Figure, Figures } from "@/parts/Figure";
import { Freshness } from "@/parts/Freshness";
import { MoneySum } from "@/parts/Money";
import { useParameter } from "@/parts/useParameter";
import { useMoment } from "@/time/useMoment";
import { ExportMenu } from "@/screens/Worklist/ExportMenu";
import { CostGroups } from "./CostGroups";
import { Drill } from "./Drill";
import { Invoice } from "./Invoice";
import { linesOf, shareOf, type Line, type Report } from "./lines";
import { dayBefore, type Month } from "./months";
import { OverMonths } from "./OverMonths";
import { Waste } from "./Waste";
import { GoLink } from "@/screens/Worklist/GoLink";

/** What costs can be grouped by; the first is the default. */
export const COST_GROUPINGS = ["DEPARTMENT", "COUNTRY", "COMPANY", "COST_CENTRE", "SKU"] as const;

const useStyles = makeStyles({
  stack: { display: "flex", flexDirection: "column", gap: tokens.spacingVerticalL },
  line: { display: "flex", flexWrap: "wrap", alignItems: "center", gap: tokens.spacingHorizontalM },
  quiet: { color: tokens.colorNeutralForeground3, marginRight: "auto" },
});

/** The cost of a month's licences: the months before it, who pays, what was wasted, and what an invoice says. */
export function Licences(props: { readonly month: Month; readonly onMonth: (month: Month) => void }): ReactElement {
  const styles = useStyles();
  const { t } = useWords("Costs");
  const { id } = useTenant();
  const moment = useMoment();
  const [by, setBy] = useParameter("by", "DEPARTMENT");
  const [open, setOpen] = useParameter("group");
  const [invoice, setInvoice] = useState<InvoiceInput | null>(null);
  const groupBy: CostGrouping = COST_GROUPINGS.find((each) => each === by) ?? "DEPARTMENT";
  const { month } = props;
  const asked = useAsk(CostsMonthDocument, { tenant: id, ...moment.variables, month, groupBy, invoice });
  const at = asked.before?.tenant?.at;
  return (
    <div className={styles.stack}>
      <div className={styles.line}>
        <Text size={200} className={styles.quiet}>
          {at !== undefined && <Freshness value={at.freshness} timeZone={moment.timeZone} />}
        </Text>
        <ExportMenu
          label={t("export.label")}
          csv={t("export.csv")}
          xlsx={t("export.xlsx")}
          what="costs"
          parameters={{ ...moment.variables, month, groupBy }}
        />
      </div>
      <Answer to={asked} height={620} keep>
        {(data) => {
          const report = data.tenant?.at.costs;
          if (report == null) return <Empty title={t("groups.empty")} hint={t("groups.before")} />;
          const lines = linesOf(report);
          const line = lines.find((each) => each.key !== null && each.key === open);
          return (
            <div className={styles.stack}>
              <Summary report={report} />
              <CostGroups report={report} lines={lines} onBy={setBy} onOpen={setOpen} />
              <OverMonths onMonth={props.onMonth} />
              <Waste report={report} />
              <Invoice month={month} applied={invoice} onApply={setInvoice} />
              {line !== undefined && <Drill line={line} report={report} onClose={() => setOpen("")} />}
            </div>
          );
        }}
      </Answer>
    </div>
  );
}

function Summary({ report }: { readonly report: Report }): ReactElement {
  const { t } = useWords("Costs");
  const formats = useFormats();
  const moment = useMoment();
  const { total, wasted } = report;
  const span = t("total.costUnit", { from: formats.day(report.since), to: formats.day(dayBefore(report.until)) });
  const lacking = total.unpricedSeatDays > 0 ? ` · ${t("total.unpriced", { count: total.unpricedSeatDays })}` : "";
  const share = shareOf(wasted.total.cost, total.cost);
  return (
    <>
      <Figures>
        <Figure label={t("total.cost")} value={<MoneySum value={total.cost} />} hint={span + lacking} />
        <Figure
          label={t("total.wasted")}
          value={<MoneySum value={total.cost == null ? null : wasted.total.cost} />}
          hint={`${share === null ? "" : `${formats.percent(share)} · `}${t("total.wastedUnit")}`}
        />
        <Figure
          label={t("total.coverage")}
          value={report.coverage == null ? t("total.none") : formats.percent(report.coverage)}
          hint={t("total.coverageUnit")}
        />
      </Figures>
      {report.taxIncluded.length > 0 && (
        <MessageBar intent="warning" layout="multiline">
          <MessageBarBody>
            {t("total.taxIncluded", { products: formats.list(report.taxIncluded.map(({ name }) => name)) })}
          </MessageBarBody>
        </MessageBar>
      )}
      {report.unpriced.length > 0 && (
        <MessageBar intent="warning" layout="multiline">
          <MessageBarBody>
            {t("total.unpricedTitle")}:{" "}
            {formats.list(
              report.unpriced.map(
                ({ sku, seatDays }) => `${sku.name} (${t("total.unpricedDays", { count: seatDays })})`,
              ),
            )}
            . <GoLink to={moment.link("settings", { tab: "prices" })}>{t("total.setPrices")}</GoLink>
          </MessageBarBody>
        </MessageBar>
      )}
    </>
  );
}

/** What a line is called. */
export function lineName(line: Line, t: (key: string, values?: Record<string, unknown>) => string): string {
  switch (line.kind) {
    case "group":
      return line.label;
    case "small":
      return t("groups.small", { count: line.smallGroups });
    default:
      return t(`groups.${line.kind}`);
  }
}
