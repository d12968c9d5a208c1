import { Button, makeStyles, Text, tokens } from "@fluentui/react-components";
import { useTranslation } from "react-i18next";
import { useReadOn } from "@/api/useReadOn";
import { useTenant } from "@/app/tenant";
import { CallKindsDocument } from "@/gql/graphql";
import { useFormats } from "@/i18n/format";
import { Chart } from "@/parts/Chart";
import { Failed } from "@/parts/Failed";
import { Loading } from "@/parts/Loading";
import { Section } from "@/parts/Section";
import { useMoment } from "@/time/useMoment";
import { byKind, byModality, type Sum } from "./kinds";
import type { CallSpan } from "./span";

const PAGES = 5;
const PAGE = 200;
const HOUR = 3600;

const useStyles = makeStyles({
  foot: { display: "flex", flexWrap: "wrap", gap: tokens.spacingHorizontalM, alignItems: "center", minHeight: "24px" },
});

/** Calls by type and by modality. The API sums neither, so the newest thousand calls are read, or more on demand. */
export function CallKinds({ span }: { readonly span: CallSpan }): React.JSX.Element {
  const styles = useStyles();
  const { t } = useTranslation("Calls");
  const formats = useFormats();
  const tenant = useTenant();
  const moment = useMoment();
  const calls = useReadOn(
    CallKindsDocument,
    { tenant: tenant.id, ...moment.variables, ...span },
    (data) => data.tenant?.at.calls,
    { pages: PAGES },
  );
  const foot = (
    <div className={styles.foot} role="status">
      <Text size={200}>
        {calls.reading
          ? t("kindReading", { count: calls.items.length })
          : t(calls.whole ? "kindOf" : "kindOfNewest", { count: calls.items.length })}
      </Text>
      {!calls.whole && !calls.reading && (
        <Button size="small" onClick={calls.more}>
          {t("kindMore", { count: PAGES * PAGE })}
        </Button>
      )}
    </div>
  );
  const chart = (name: string, sums: readonly Sum[], label: (key: string) => string): React.JSX.Element => (
    <Chart
      name={name}
      axis={name}
      horizontal
      labels={sums.map(({ key }) => label(key))}
      series={[
        { name: t("calls"), values: sums.map((sum) => sum.calls) },
        { name: t("hours"), values: sums.map((sum) => sum.seconds / HOUR) },
      ]}
      format={(value, series) => (series === 1 ? `${formats.number(value, 1)} h` : formats.number(value))}
    />
  );
  const modality = (key: string): string =>
    key === ""
      ? t("modality.none")
      : key
          .split(" + ")
          .map((each) => t(`modality.${each}`, { defaultValue: each }))
          .join(" + ");
  const body = (drawing: React.JSX.Element): React.JSX.Element => {
    if (calls.trouble !== null) return <Failed trouble={calls.trouble} onRetry={calls.again} />;
    return calls.reading && calls.items.length === 0 ? <Loading height={260} /> : drawing;
  };
  return (
    <>
      <Section title={t("byKind")} hint={t("kindAbout")}>
        {body(chart(t("byKind"), byKind(calls.items), (key) => t(`kind.${key}`, { defaultValue: key })))}
        {foot}
      </Section>
      <Section title={t("byModality")} hint={t("kindAbout")}>
        {body(chart(t("byModality"), byModality(calls.items), modality))}
        {foot}
      </Section>
    </>
  );
}
