import { makeStyles, Text, tokens } from "@fluentui/react-components";
import type { ReactElement, ReactNode } from "react";
import { useWords } from "@/i18n/words";
import { useAsk } from "@/api/useAsk";
import { useTenant } from "@/app/tenant";
import { CostsFindingsDocument, type CostsFindingsQuery } from "@/gql/graphql";
import { useFormats } from "@/i18n/format";
import { Answer } from "@/parts/Answer";
import { DataGrid } from "@/parts/DataGrid";
import { Facts } from "@/parts/Evidence";
import { Money, MoneySum } from "@/parts/Money";
import { Panel } from "@/parts/Panel";
import { useMoment } from "@/time/useMoment";
import { lineName } from "./Licences";
import { shareOf, type Line, type Report } from "./lines";
import { GoLink } from "@/screens/Worklist/GoLink";

type Found = NonNullable<CostsFindingsQuery["tenant"]>["at"]["findings"]["nodes"][number];

const FIRST = 10;

const useStyles = makeStyles({
  stack: { display: "flex", flexDirection: "column", gap: tokens.spacingVerticalL },
  title: { margin: 0 },
  quiet: { color: tokens.colorNeutralForeground3 },
  links: { display: "flex", flexWrap: "wrap", gap: tokens.spacingHorizontalL },
});

/** What is behind one group's cost: its share, what of a product was wasted, and the findings of the moment. */
export function Drill(props: {
  readonly line: Line;
  readonly report: Report;
  readonly onClose: () => void;
}): ReactElement {
  const styles = useStyles();
  const { t } = useWords("Costs");
  const formats = useFormats();
  const moment = useMoment();
  const { line, report } = props;
  const share = shareOf(line.cost, report.total.cost);
  const bySku = report.groupBy === "SKU";
  const wasted = bySku ? report.wasted.bySku.find(({ sku }) => sku.skuId === line.key)?.wasted : undefined;
  const facts: [string, ReactNode][] = [
    [t("drill.cost"), <MoneySum key="cost" value={line.cost} />],
    [t("groups.share"), share === null ? null : `${formats.percent(share)} ${t("drill.ofTotal")}`],
    [t("groups.seatDays"), formats.number(line.seatDays)],
    [t("groups.unpriced"), formats.number(line.unpricedSeatDays)],
  ];
  if (wasted !== undefined) facts.push([t("drill.waste"), <MoneySum key="waste" value={wasted.cost} />]);
  const told = bySku || report.groupBy === "DEPARTMENT";
  return (
    <Panel
      open
      title={t("drill.title", { name: lineName(line, t), month: formats.month(report.month) })}
      onClose={props.onClose}
    >
      <div className={styles.stack}>
        <Facts items={facts} />
        <div className={styles.links}>
          {bySku && <GoLink to={moment.link("skus", { sku: line.key })}>{t("drill.product")}</GoLink>}
          {told && (
            <GoLink to={moment.link("worklist", bySku ? { sku: line.key } : { department: line.key })}>
              {t("drill.worklist")}
            </GoLink>
          )}
        </div>
        {told ? (
          <FindingsBehind line={line} bySku={bySku} />
        ) : (
          <Text className={styles.quiet}>{t("drill.notTold")}</Text>
        )}
      </div>
    </Panel>
  );
}

function FindingsBehind({ line, bySku }: { readonly line: Line; readonly bySku: boolean }): ReactElement {
  const styles = useStyles();
  const { t } = useWords("Costs");
  const { id } = useTenant();
  const moment = useMoment();
  const asked = useAsk(CostsFindingsDocument, {
    tenant: id,
    ...moment.variables,
    sku: bySku ? line.key : null,
    department: bySku ? null : line.key,
    first: FIRST,
  });
  const title = bySku ? t("drill.findingsSku") : t("drill.findings");
  return (
    <section>
      <Text as="h3" weight="semibold" className={styles.title}>
        {title}
      </Text>
      <Answer to={asked} height={220}>
        {({ tenant }) => {
          const found = tenant?.at.findings;
          if (found === undefined || found.nodes.length === 0)
            return <Text className={styles.quiet}>{t("drill.none")}</Text>;
          return (
            <>
              <DataGrid
                caption={title}
                rows={found.nodes}
                rowKey={(row) => row.id}
                empty={t("drill.none")}
                columns={[
                  { id: "person", header: t("drill.person"), cell: (row) => row.userName ?? t("unknown") },
                  ...(bySku ? [] : [{ id: "product", header: t("by.SKU"), cell: (row: Found) => row.sku.name }]),
                  { id: "cause", header: t("drill.cause"), cell: (row) => t(`causes.${row.cause}`) },
                  {
                    id: "saving",
                    header: t("drill.saving"),
                    align: "end",
                    cell: (row) => <Money value={row.saving} />,
                  },
                ]}
              />
              {found.pageInfo.hasNextPage && <Text size={200}>{t("drill.more")}</Text>}
            </>
          );
        }}
      </Answer>
    </section>
  );
}
