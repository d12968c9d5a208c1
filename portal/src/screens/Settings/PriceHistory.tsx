import type { ReactElement } from "react";
import { useWords } from "@/i18n/words";
import { useAsk } from "@/api/useAsk";
import { useTenant } from "@/app/tenant";
import { SettingsPriceHistoryDocument, type SettingsPriceHistoryQuery } from "@/gql/graphql";
import { useFormats } from "@/i18n/format";
import { Answer } from "@/parts/Answer";
import { DataGrid, type Column } from "@/parts/DataGrid";
import { Section } from "@/parts/Section";
import { Unknown } from "@/parts/Unknown";
import { usePaging } from "@/parts/usePaging";
import { useMoment } from "@/time/useMoment";

type Told = NonNullable<SettingsPriceHistoryQuery["tenant"]>;
type Fact = Told["events"]["nodes"][number];

/** What a fact PriceSet or PriceWithdrawn holds, as far as it is shown. */
interface PriceState {
  readonly sku: string;
  readonly amount?: string;
  readonly currency?: string;
  readonly per?: string;
  readonly source?: string;
  readonly effective_from?: string;
}

/** Every price ever stated or withdrawn, from the log: also those that count no more. */
export function PriceHistory(): ReactElement {
  const { t } = useWords("Settings");
  const { id } = useTenant();
  const paging = usePaging(id, 25);
  const asked = useAsk(SettingsPriceHistoryDocument, { tenant: id, first: paging.first, after: paging.after });
  const told = asked.before?.tenant;
  const columns = useColumns(told?.at.skus ?? []);
  return (
    <Section title={t("history.title")} hint={t("history.lead")}>
      <Answer to={asked} height={320} keep>
        {({ tenant }) =>
          tenant != null && (
            <DataGrid
              cards
              caption={t("history.title")}
              columns={columns}
              rows={tenant.events.nodes}
              rowKey={({ position }) => position}
              waiting={asked.data === undefined}
              empty={t("history.empty")}
              paging={paging}
              pageInfo={tenant.events.pageInfo}
            />
          )
        }
      </Answer>
    </Section>
  );
}

function useColumns(skus: Told["at"]["skus"]): Column<Fact>[] {
  const { t } = useWords("Settings");
  const formats = useFormats();
  const { timeZone } = useMoment();
  const names = new Map(skus.map(({ skuId, name }) => [skuId, name]));
  const of = ({ state }: Fact): PriceState => state as PriceState;
  return [
    { id: "recorded", header: t("history.recorded"), cell: ({ recordedAt }) => formats.instant(recordedAt, timeZone) },
    { id: "what", header: t("history.what"), wideOnly: true, cell: ({ name }) => t(`history.${name}`) },
    {
      id: "product",
      header: t("history.product"),
      minWidth: "130px",
      cell: (fact) => names.get(of(fact).sku) ?? of(fact).sku,
    },
    {
      id: "price",
      header: t("history.price"),
      align: "end",
      cell: (fact) => {
        const { amount, currency, per } = of(fact);
        if (amount === undefined || currency === undefined) return fact.name === "PriceWithdrawn" ? "–" : <Unknown />;
        return `${formats.money({ amount, currency })} / ${t(`per.${per}`, { defaultValue: per })}`;
      },
    },
    {
      id: "source",
      header: t("prices.source"),
      wideOnly: true,
      cell: (fact) => t(`source.${of(fact).source}`, { defaultValue: of(fact).source ?? "" }),
    },
    {
      id: "from",
      header: t("history.holds"),
      cell: (fact) => {
        const from = of(fact).effective_from;
        return from === undefined ? <Unknown /> : formats.day(from);
      },
    },
    { id: "position", header: t("history.position"), align: "end", wideOnly: true, cell: ({ position }) => position },
  ];
}
