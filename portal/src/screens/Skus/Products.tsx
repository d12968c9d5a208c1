import { Checkbox, makeStyles, Text, tokens } from "@fluentui/react-components";
import { useMemo, type ReactElement } from "react";
import { useWords } from "@/i18n/words";
import type { SkusListQuery } from "@/gql/graphql";
import { useFormats } from "@/i18n/format";
import { DataGrid, type Column, type Sorted } from "@/parts/DataGrid";
import { ChoicesFilter, FilterBar, TextFilter } from "@/parts/FilterBar";
import { LinkButton } from "@/parts/LinkButton";
import { Money, MoneySum } from "@/parts/Money";
import { Section } from "@/parts/Section";
import { Unknown } from "@/parts/Unknown";
import { useParameter, useParameters } from "@/parts/useParameter";
import { plusDays } from "@/time/days";
import { ProductBadges } from "./ProductBadges";
import { CLASSES, fitting, sorted, type Product, type ProductCost, type SortBy } from "./products";
import { spanText } from "./span";
import { UseBar } from "./UseBar";

const useStyles = makeStyles({
  quiet: { color: tokens.colorNeutralForeground3, overflowWrap: "anywhere" },
});

/** Every product with its units, what it costs, how far it is used and what is wrong with it. */
export function Products(props: {
  readonly at: NonNullable<SkusListQuery["tenant"]>["at"];
  readonly onOpen: (skuId: string) => void;
}): ReactElement {
  const { t } = useWords("Skus");
  const [classes, setClasses] = useParameters("class");
  const [onlyFindings, setOnlyFindings] = useParameter("only");
  const [search, setSearch] = useParameter("q");
  const [order, setOrder] = useParameter("sort", "cost-desc");
  const [by = "cost", direction] = order.split("-");
  const { skuFindings, costs } = props.at;
  const spent = useMemo(() => new Map(costs?.groups.map((group) => [group.key ?? "", group])), [costs]);
  const wanted = {
    classes: CLASSES.filter((each) => classes.includes(each)),
    onlyFindings: onlyFindings !== "",
    search,
  };
  const sort: Sorted = { by, descending: direction === "desc" };
  const rows = sorted(fitting(skuFindings, wanted), spent, by as SortBy, sort.descending);
  const active = classes.length > 0 || onlyFindings !== "" || search !== "";
  const columns = useColumns(spent, costs, props.onOpen);
  return (
    <Section title={t("list.title")} actions={<Text size={200}>{t("list.count", { count: rows.length })}</Text>}>
      <FilterBar
        active={active}
        onClear={() => {
          setClasses([]);
          setOnlyFindings("");
          setSearch("");
        }}
      >
        <TextFilter label={t("filter.search")} value={search} onChange={setSearch} />
        <ChoicesFilter
          label={t("filter.class")}
          values={classes}
          choices={CLASSES.map((value) => ({ value, label: t(`skuClasses.${value}`) }))}
          onChange={setClasses}
        />
        <Checkbox
          label={t("filter.finding")}
          checked={onlyFindings !== ""}
          onChange={(_, { checked }) => setOnlyFindings(checked === true ? "findings" : "")}
        />
      </FilterBar>
      <DataGrid
        caption={t("list.title")}
        columns={columns}
        rows={rows}
        rowKey={(row) => row.sku.skuId}
        empty={t("list.empty")}
        emptyHint={active ? t("list.emptyFiltered") : t("list.emptyWhat")}
        sorted={sort}
        onSort={(next) => setOrder(`${next.by}-${next.descending ? "desc" : "asc"}`)}
      />
    </Section>
  );
}

function useColumns(
  spent: ReadonlyMap<string, ProductCost>,
  costs: NonNullable<SkusListQuery["tenant"]>["at"]["costs"],
  onOpen: (skuId: string) => void,
): Column<Product>[] {
  const styles = useStyles();
  const { t } = useWords("Skus");
  const formats = useFormats();
  const count = (value: number | null | undefined): string | ReactElement =>
    value == null ? <Unknown why={t("list.notRead")} /> : formats.number(value);
  const unjudged = <span className={styles.quiet}>–</span>;
  const header =
    costs == null
      ? t("list.noCost")
      : t("list.cost", { span: spanText(costs.since, plusDays(costs.until, -1), formats.locale) });
  return [
    {
      id: "product",
      header: t("list.product"),
      sort: "product",
      minWidth: "min(200px, 30vw)",
      cell: ({ sku, class: kind }) => (
        <>
          <LinkButton name={t("list.open", { product: sku.name })} onClick={() => onOpen(sku.skuId)}>
            {sku.name}
          </LinkButton>
          <Text size={200} block className={styles.quiet}>
            {t(`skuClasses.${kind}`)}
            {sku.partNumber != null && (
              <>
                <br />
                {sku.partNumber}
              </>
            )}
          </Text>
        </>
      ),
    },
    {
      id: "bought",
      header: t("list.bought"),
      sort: "bought",
      align: "end",
      cell: (row) => (
        <>
          {count(row.enabled)}
          <Apart count={row.sku.warning} words="list.inGrace" />
          <Apart count={row.sku.suspended} words="list.inSuspension" />
        </>
      ),
    },
    {
      id: "assigned",
      header: t("list.assigned"),
      sort: "assigned",
      align: "end",
      cell: (row) => formats.number(row.held),
    },
    {
      id: "available",
      header: t("list.available"),
      sort: "available",
      align: "end",
      wideOnly: true,
      cell: (row) => (row.class === "PAID" ? count(row.unassigned) : unjudged),
    },
    {
      id: "price",
      header: t("list.priceShort"),
      sort: "price",
      align: "end",
      wideOnly: true,
      cell: (row) => (row.price == null && row.class !== "PAID" ? unjudged : <Money value={row.price} />),
    },
    {
      id: "cost",
      header,
      sort: "cost",
      align: "end",
      cell: (row) => <Spent product={row} cost={spent.get(row.sku.skuId)} />,
    },
    {
      id: "use",
      header: `${t("list.utilisation")} / ${t("list.active")}`,
      sort: "active",
      wideOnly: true,
      minWidth: "110px",
      cell: (row) => (
        <UseBar
          assigned={row.utilisationAssigned ?? null}
          active={row.utilisationActive ?? null}
          judged={row.class === "PAID"}
        />
      ),
    },
    {
      id: "findings",
      header: t("list.findings"),
      wideOnly: true,
      minWidth: "150px",
      cell: (row) => <ProductBadges product={row} />,
    },
  ];
}

/** Units that stand apart from those bought; none of them: nothing is said. */
function Apart(props: { readonly count: number | null | undefined; readonly words: string }): ReactElement | null {
  const styles = useStyles();
  const { t } = useWords("Skus");
  if (props.count == null || props.count === 0) return null;
  return (
    <Text size={200} block align="end" className={styles.quiet}>
      {t(props.words, { count: props.count })}
    </Text>
  );
}

function Spent(props: { readonly product: Product; readonly cost: ProductCost | undefined }): ReactElement {
  const styles = useStyles();
  const { t } = useWords("Skus");
  const { product, cost } = props;
  if (cost === undefined) {
    return <span className={styles.quiet}>{product.class === "PAID" ? t("list.noCost") : "–"}</span>;
  }
  return (
    <>
      <MoneySum value={cost.cost} />
      {cost.unpricedSeatDays > 0 && (
        <Text size={200} block align="end" className={styles.quiet}>
          {t("list.partUnknown", { count: cost.unpricedSeatDays })}
        </Text>
      )}
    </>
  );
}
