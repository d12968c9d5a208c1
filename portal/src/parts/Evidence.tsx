import { makeStyles, Text, tokens } from "@fluentui/react-components";
import type { ReactElement, ReactNode } from "react";
import { useWords } from "@/i18n/words";
import { useFormats } from "@/i18n/format";
import { Unknown } from "./Unknown";

const useStyles = makeStyles({
  list: { margin: 0, display: "grid", gridTemplateColumns: "fit-content(50%) minmax(0, 1fr)", gap: "4px 16px" },
  term: { color: tokens.colorNeutralForeground3 },
  value: { margin: 0 },
});

/** Names and values, e.g. what a finding rests on. null is unknown. */
export function Facts({ items }: { readonly items: readonly (readonly [string, ReactNode])[] }): ReactElement {
  const styles = useStyles();
  return (
    <dl className={styles.list}>
      {items.map(([name, value]) => [
        <dt key={`${name}-name`} className={styles.term}>
          {name}
        </dt>,
        <dd key={name} className={styles.value}>
          {value ?? <Unknown />}
        </dd>,
      ])}
    </dl>
  );
}

/** The newest sign of life by source, as the API's `ActivitySource` tells it. None: nothing was ever seen. */
export function Evidence(props: {
  readonly sources: readonly { readonly source: string; readonly at: string }[];
  readonly timeZone?: string;
}): ReactElement {
  const { t } = useWords();
  const formats = useFormats();
  if (props.sources.length === 0) return <Text>{t("evidence.none")}</Text>;
  const newest = [...props.sources].sort((one, other) => other.at.localeCompare(one.at));
  return (
    <Facts
      items={newest.map(({ source, at }) => [
        t(`evidence.sources.${source}`, { defaultValue: source }),
        `${formats.instant(at, props.timeZone)} (${formats.ago(at)})`,
      ])}
    />
  );
}
