import { Badge, makeStyles, tokens } from "@fluentui/react-components";
import { useWords } from "@/i18n/words";
import type { ActivityState } from "@/gql/graphql";
import { useFormats } from "@/i18n/format";
import { dayIn } from "@/time/days";

const COLOURS = { ACTIVE: "success", QUIET: "warning", NEVER: "danger", UNVERIFIABLE: "subtle" } as const;

const useStyles = makeStyles({
  word: { whiteSpace: "nowrap" },
  since: { display: "block", fontSize: tokens.fontSizeBase200, color: tokens.colorNeutralForeground2 },
});

/** Whether somebody is active, and since when they are quiet. */
export function ActivityWord(props: {
  readonly activity: { readonly state: ActivityState; readonly quietSince?: string | null };
  readonly timeZone: string;
}): React.JSX.Element {
  const styles = useStyles();
  const { t } = useWords("People");
  const formats = useFormats();
  const { state, quietSince } = props.activity;
  return (
    <>
      <Badge appearance="tint" className={styles.word} color={COLOURS[state]}>
        {t(`activity.${state}`)}
      </Badge>
      {state === "QUIET" && quietSince != null && (
        <span className={styles.since}>
          {t("quietSince", { date: formats.day(dayIn(new Date(quietSince), props.timeZone)) })}
        </span>
      )}
    </>
  );
}
