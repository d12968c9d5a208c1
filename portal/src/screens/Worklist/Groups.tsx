import { makeStyles, Text, tokens } from "@fluentui/react-components";
import type { ReactElement } from "react";
import { useWords } from "@/i18n/words";
import { useTenant } from "@/app/tenant";
import type { WorklistTotalsQuery } from "@/gql/graphql";
import { useFormats } from "@/i18n/format";
import { Chart } from "@/parts/Chart";
import { Empty } from "@/parts/Empty";
import { ChoiceFilter } from "@/parts/FilterBar";
import { LinkButton } from "@/parts/LinkButton";
import { MoneySum } from "@/parts/Money";
import { Section } from "@/parts/Section";
import { drawn } from "@/screens/Costs/lines";
import { SumTable, type SumColumn } from "@/screens/Costs/SumTable";
import { GROUPINGS, isFiltered, narrowing, type Choice } from "./choice";

type Totals = NonNullable<WorklistTotalsQuery["tenant"]>["at"]["findingTotals"];
type Group = Totals["groups"][number];

const SHOWN = 12;

const useStyles = makeStyles({
  sides: {
    display: "grid",
    gap: tokens.spacingHorizontalXL,
    gridTemplateColumns: "minmax(0, 1fr) minmax(0, 1fr)",
    "@media (max-width: 1099px)": { gridTemplateColumns: "minmax(0, 1fr)" },
  },
  quiet: { color: tokens.colorNeutralForeground3 },
});

/** Findings summed by what somebody chose: a chart, its table with the total, and a way to narrow the list. */
export function Groups(props: {
  readonly totals: Totals;
  readonly choice: Choice;
  readonly onChoose: (part: Partial<Choice>) => void;
}): ReactElement {
  const styles = useStyles();
  const { t } = useWords("Worklist");
  const formats = useFormats();
  const { currency } = useTenant();
  const { totals, choice, onChoose } = props;
  const by = t(`by.${choice.by}`);
  const name = (group: Group): string => {
    if (group.smallGroups > 0) return t("groups.small", { count: group.smallGroups });
    if (group.key == null) return choice.by === "GROUP" ? t("groups.direct") : t("groups.none");
    if (choice.by === "CAUSE") return t(`causes.${group.key}`);
    return choice.by === "TIER" ? t(`tiers.${group.key}`) : group.label;
  };
  const unpriced = (group: Pick<Group, "seats" | "pricedSeats">): number => group.seats - group.pricedSeats;
  const charted = totals.groups.slice(0, SHOWN);
  const columns: SumColumn<Group>[] = [
    {
      id: "name",
      header: by,
      total: t("groups.total"),
      cell: (group) => {
        const part = narrowing(choice.by, group.key ?? null, group.smallGroups);
        if (part === null) return name(group);
        return (
          <LinkButton name={t("groups.narrow", { name: name(group) })} onClick={() => onChoose(part)}>
            {name(group)}
          </LinkButton>
        );
      },
    },
    {
      id: "seats",
      header: t("groups.seats"),
      cell: (group) => formats.number(group.seats),
      total: formats.number(totals.total.seats),
    },
    {
      id: "people",
      header: t("groups.people"),
      wideOnly: true,
      cell: (group) => formats.number(group.people),
      total: formats.number(totals.total.people),
    },
    {
      id: "saving",
      header: t("groups.saving"),
      cell: (group) => <MoneySum value={group.saving} />,
      total: <MoneySum value={totals.total.saving} />,
    },
    {
      id: "unpriced",
      header: t("groups.unpriced"),
      wideOnly: true,
      cell: (group) => formats.number(unpriced(group)),
      total: formats.number(unpriced(totals.total)),
    },
  ];
  return (
    <Section
      title={t("groups.title", { by })}
      hint={isFiltered(choice) ? t("groups.filteredNote") : t("total.note")}
      actions={
        <ChoiceFilter
          label={t("by.label")}
          any=""
          value={choice.by}
          choices={GROUPINGS.map((each) => ({ value: each, label: t(`by.${each}`) }))}
          onChange={(value) => onChoose({ by: GROUPINGS.find((each) => each === value) ?? "CAUSE" })}
        />
      }
    >
      {totals.groups.length === 0 ? (
        <Empty title={t("list.empty")} hint={t("list.emptyWhat")} />
      ) : (
        <div className={styles.sides}>
          <Chart
            name={t("groups.title", { by })}
            axis={by}
            horizontal
            height={Math.max(160, charted.length * 34 + 40)}
            labels={charted.map(name)}
            series={[{ name: t("groups.saving"), values: charted.map((group) => drawn(group.saving)) }]}
            format={(value) => formats.money({ amount: String(value), currency })}
            shortFormat={(value) => formats.shortMoney(value, currency)}
            onPick={(at) => {
              const group = charted[at];
              const part = group && narrowing(choice.by, group.key ?? null, group.smallGroups);
              if (part != null) onChoose(part);
            }}
          />
          <SumTable
            caption={t("groups.title", { by })}
            columns={columns}
            rows={totals.groups}
            rowKey={(group) => `${group.key ?? ""}~${group.smallGroups}`}
          />
        </div>
      )}
      {choice.by === "GROUP" && (
        <Text size={200} className={styles.quiet}>
          {t("groups.overlap")}
        </Text>
      )}
      {totals.groups.some(({ smallGroups }) => smallGroups > 0) && (
        <Text size={200} className={styles.quiet}>
          {t("groups.smallWhy")}
        </Text>
      )}
    </Section>
  );
}
