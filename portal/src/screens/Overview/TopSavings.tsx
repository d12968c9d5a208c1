import { makeStyles, tokens } from "@fluentui/react-components";
import type { ReactElement } from "react";
import { useWords } from "@/i18n/words";
import { Link } from "react-router";
import type { Asked } from "@/api/useAsk";
import type { OverviewSavingsQuery } from "@/gql/graphql";
import { useFormats } from "@/i18n/format";
import { Answer } from "@/parts/Answer";
import { DataGrid } from "@/parts/DataGrid";
import { MoneySum } from "@/parts/Money";
import { Section } from "@/parts/Section";
import { useMoment } from "@/time/useMoment";
import { savingOf } from "./shares";

const SHOWN = 8;

const useStyles = makeStyles({ link: { color: tokens.colorBrandForegroundLink } });

/** The products with most to save. */
export function TopSavings({ asked }: { readonly asked: Asked<OverviewSavingsQuery> }): ReactElement {
  const styles = useStyles();
  const { t } = useWords("Overview");
  const formats = useFormats();
  const { link } = useMoment();
  const all = (
    <Link to={link("worklist")} className={styles.link}>
      {t("top.all")}
    </Link>
  );
  return (
    <Section title={t("top.title")} hint={t("top.hint")} actions={all}>
      <Answer to={asked} height={380}>
        {({ tenant }) => (
          <DataGrid
            caption={t("top.title")}
            rows={tenant?.at.bySku.groups.slice(0, SHOWN)}
            rowKey={({ key }) => key ?? ""}
            empty={t("top.none")}
            columns={[
              {
                id: "product",
                header: t("top.product"),
                cell: ({ key, label }) => (
                  <Link to={link("worklist", { sku: key })} className={styles.link}>
                    {label}
                  </Link>
                ),
              },
              { id: "seats", header: t("top.seats"), align: "end", cell: ({ seats }) => formats.number(seats) },
              {
                id: "saving",
                header: t("top.saving"),
                align: "end",
                cell: (group) => <MoneySum value={savingOf(group)} whole />,
              },
            ]}
          />
        )}
      </Answer>
    </Section>
  );
}
