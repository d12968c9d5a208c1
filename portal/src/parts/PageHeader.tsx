import { makeStyles, Text, tokens } from "@fluentui/react-components";
import { useEffect, type ReactElement, type ReactNode } from "react";
import { useTenant } from "@/app/tenant";
import { useFormats } from "@/i18n/format";
import { useMoment } from "@/time/useMoment";

const useStyles = makeStyles({
  head: {
    display: "flex",
    flexWrap: "wrap",
    alignItems: "flex-end",
    gap: tokens.spacingHorizontalM,
    marginBottom: tokens.spacingVerticalL,
  },
  words: { marginRight: "auto", minWidth: 0 },
  title: { margin: 0 },
  sub: { color: tokens.colorNeutralForeground3, minHeight: "20px" },
  actions: { display: "flex", flexWrap: "wrap", gap: tokens.spacingHorizontalS, alignItems: "center" },
  print: { display: "none" },
});

/** The title of a screen of one tenant (its h1 and the browser's title), a line below, and what can be done. */
export function PageHeader(props: {
  readonly title: string;
  /** E.g. how fresh the figures are. */
  readonly sub?: ReactNode;
  readonly actions?: ReactNode;
}): ReactElement {
  const styles = useStyles();
  const formats = useFormats();
  const tenant = useTenant();
  const moment = useMoment();
  useEffect(() => {
    document.title = `${props.title} · ${tenant.name} · SUA`;
  }, [props.title, tenant.name]);
  return (
    <div className={styles.head}>
      <div className={styles.words}>
        <Text as="h1" size={700} weight="semibold" block className={styles.title}>
          {props.title}
        </Text>
        <Text size={200} block className={styles.sub}>
          {props.sub}
        </Text>
        <div className={styles.print} data-print="only">
          {tenant.name} · {formats.day(moment.day, "long")}
        </div>
      </div>
      <div className={styles.actions} data-print="no">
        {props.actions}
      </div>
    </div>
  );
}
