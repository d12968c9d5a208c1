import { makeStyles, Text, tokens, Tooltip } from "@fluentui/react-components";
import type { ReactElement } from "react";
import { useWords } from "@/i18n/words";
import { useTenant } from "@/app/tenant";
import { useFormats } from "@/i18n/format";
import { Chart } from "@/parts/Chart";
import { Empty } from "@/parts/Empty";
import { ChoiceFilter } from "@/parts/FilterBar";
import { LinkButton } from "@/parts/LinkButton";
import { MoneySum } from "@/parts/Money";
import { Section } from "@/parts/Section";
import { Unknown } from "@/parts/Unknown";
import { COST_GROUPINGS, lineName } from "./Licences";
import { drawn, shareOf, type Line, type Report } from "./lines";
import { SumTable, type SumColumn } from "./SumTable";

const SHOWN = 12;

const useStyles = makeStyles({
  sides: {
    display: "grid",
    gap: tokens.spacingHorizontalXL,
    gridTemplateColumns: "minmax(0, 1fr) minmax(0, 1fr)",
    "@media (max-width: 1199px)": { gridTemplateColumns: "minmax(0, 1fr)" },
  },
  quiet: { color: tokens.colorNeutralForeground3 },
});

/** Who pays for a month: the groups, what belongs to none of them, and the total they add up to. */
export function CostGroups(props: {
  readonly report: Report;
  readonly lines: readonly Line[];
  readonly onBy: (by: string) => void;
  readonly onOpen: (key: string) => void;
}): ReactElement {
  const styles = useStyles();
  const { t } = useWords("Costs");
  const formats = useFormats();
  const { currency } = useTenant();
  const { report, lines } = props;
  const by = t(`by.${report.groupBy}`);
  const title = t("groups.title", { by, month: formats.month(report.month) });
  const charted = lines.filter((line) => line.kind !== "variance").slice(0, SHOWN);
  const columns: SumColumn<Line>[] = [
    {
      id: "name",
      header: by,
      total: t("groups.total"),
      cell: (line) => <Name line={line} onOpen={props.onOpen} />,
    },
    {
      id: "days",
      header: t("groups.seatDays"),
      wideOnly: true,
      cell: (line) => formats.number(line.seatDays),
      total: formats.number(report.total.seatDays),
    },
    {
      id: "unpriced",
      header: t("groups.unpriced"),
      wideOnly: true,
      cell: (line) => formats.number(line.unpricedSeatDays),
      total: formats.number(report.total.unpricedSeatDays),
    },
    {
      id: "cost",
      header: t("groups.cost"),
      cell: (line) => <MoneySum value={line.cost} />,
      total: <MoneySum value={report.total.cost} />,
    },
    {
      id: "share",
      header: t("groups.share"),
      cell: (line) => {
        const share = shareOf(line.cost, report.total.cost);
        return share === null ? <Unknown /> : formats.percent(share);
      },
      total: report.total.cost == null ? <Unknown /> : formats.percent(1),
    },
  ];
  return (
    <Section
      title={title}
      hint={t("groups.adds")}
      actions={
        <ChoiceFilter
          label={t("by.label")}
          any=""
          value={report.groupBy}
          choices={COST_GROUPINGS.map((each) => ({ value: each, label: t(`by.${each}`) }))}
          onChange={props.onBy}
        />
      }
    >
      {lines.length === 0 ? (
        <Empty title={t("groups.empty")} hint={t("groups.emptyWhat")} />
      ) : (
        <div className={styles.sides}>
          <Chart
            name={title}
            axis={by}
            horizontal
            height={Math.max(160, charted.length * 32 + 40)}
            labels={charted.map((line) => lineName(line, t))}
            series={[{ name: t("groups.cost"), values: charted.map(({ cost }) => drawn(cost)) }]}
            format={(value) => formats.money({ amount: String(value), currency })}
            shortFormat={(value) => formats.shortMoney(value, currency)}
            onPick={(at) => {
              const key = charted[at]?.key;
              if (key != null) props.onOpen(key);
            }}
          />
          <SumTable
            caption={title}
            columns={columns}
            rows={lines}
            rowKey={(line) => `${line.kind}~${line.key ?? ""}`}
          />
        </div>
      )}
      {lines.some(({ kind }) => kind === "small") && (
        <Text size={200} className={styles.quiet}>
          {t("groups.smallWhy")}
        </Text>
      )}
    </Section>
  );
}

function Name({ line, onOpen }: { readonly line: Line; readonly onOpen: (key: string) => void }): ReactElement {
  const { t } = useWords("Costs");
  const { key } = line;
  const name = lineName(line, t);
  if (line.kind === "variance") {
    return (
      <Tooltip content={t("groups.varianceWhat")} relationship="description">
        {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- its description has to be reachable */}
        <span tabIndex={0}>{name}</span>
      </Tooltip>
    );
  }
  if (key === null) return <>{name}</>;
  return (
    <LinkButton name={t("groups.open", { name })} onClick={() => onOpen(key)}>
      {name}
    </LinkButton>
  );
}
