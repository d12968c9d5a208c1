import { useWords } from "@/i18n/words";
import type { CallFiguresQuery } from "@/gql/graphql";
import { useFormats } from "@/i18n/format";
import { Chart } from "@/parts/Chart";
import { Section } from "@/parts/Section";

type At = NonNullable<CallFiguresQuery["tenant"]>["at"];
type Sum = At["byKind"][number];

const HOUR = 3600;

/** Calls by type and by modality, the most frequent first; a call with several modalities counts once. */
export function CallKinds({ at }: { readonly at: At }): React.JSX.Element {
  const { t } = useWords("Calls");
  const modality = (key: string | null): string =>
    key === null
      ? t("modality.none")
      : key
          .split(" + ")
          .map((each) => t(`modality.${each}`, { defaultValue: each }))
          .join(" + ");
  return (
    <>
      <Sums name={t("byKind")} sums={at.byKind} label={(key) => t(`kind.${key}`, { defaultValue: key ?? "" })} />
      <Sums name={t("byModality")} sums={at.byModality} label={modality} />
    </>
  );
}

function Sums(props: {
  readonly name: string;
  readonly sums: readonly Sum[];
  readonly label: (key: string | null) => string;
}): React.JSX.Element {
  const { t } = useWords("Calls");
  const formats = useFormats();
  const sums = [...props.sums].sort((one, other) => other.calls - one.calls);
  return (
    <Section title={props.name} hint={t("kindAbout")}>
      <Chart
        name={props.name}
        axis={props.name}
        horizontal
        labels={sums.map(({ key }) => props.label(key ?? null))}
        series={[
          { name: t("calls"), values: sums.map(({ calls }) => calls) },
          { name: t("hours"), values: sums.map(({ participantSeconds }) => participantSeconds / HOUR) },
        ]}
        format={(value, series) => (series === 1 ? `${formats.number(value, 1)} h` : formats.number(value))}
      />
    </Section>
  );
}
