import { Button, makeStyles, Text, tokens } from "@fluentui/react-components";
import { useWords } from "@/i18n/words";
import { useAsk } from "@/api/useAsk";
import { useTenant } from "@/app/tenant";
import { FactProofDocument } from "@/gql/graphql";
import { useFormats } from "@/i18n/format";
import { download } from "@/parts/csv";
import { Failed } from "@/parts/Failed";
import { Loading } from "@/parts/Loading";
import { Panel } from "@/parts/Panel";
import { useMoment } from "@/time/useMoment";

const useStyles = makeStyles({
  stack: { display: "flex", flexDirection: "column", gap: tokens.spacingVerticalM, alignItems: "flex-start" },
  text: {
    width: "100%",
    boxSizing: "border-box",
    maxHeight: "40vh",
    overflow: "auto",
    margin: 0,
    padding: tokens.spacingHorizontalM,
    fontFamily: tokens.fontFamilyMonospace,
    fontSize: tokens.fontSizeBase200,
    whiteSpace: "pre-wrap",
    overflowWrap: "anywhere",
    backgroundColor: tokens.colorNeutralBackground3,
    borderRadius: tokens.borderRadiusMedium,
  },
});

/** The proof that one fact is in the log, to read and to keep. `position`: of the fact; null: closed. */
export function Proof(props: { readonly position: string | null; readonly onClose: () => void }): React.JSX.Element {
  const styles = useStyles();
  const { t } = useWords("History");
  const formats = useFormats();
  const tenant = useTenant();
  const moment = useMoment();
  const { position } = props;
  const asked = useAsk(
    FactProofDocument,
    { tenant: tenant.id, position: position ?? "0" },
    { pause: position === null, live: false },
  );
  const ledger = asked.data?.tenant?.ledger;
  const body = (): React.JSX.Element => {
    if (asked.trouble?.code === "NOT_PROVABLE") return <Text>{t("proof.none")}</Text>;
    if (asked.trouble !== null) return <Failed trouble={asked.trouble} onRetry={asked.again} />;
    if (asked.data === undefined) return <Loading height={200} />;
    if (ledger == null) return <Text>{t("proof.notForYou")}</Text>;
    const { proof, checkpoint } = ledger;
    return (
      <>
        <Text>
          {t("proof.about", {
            when: checkpoint == null ? "" : formats.instant(checkpoint.madeAt, moment.timeZone),
            size: formats.number(Number(proof.size)),
          })}{" "}
          {t("proof.hashes", { count: proof.path.length })}.
        </Text>
        <Button
          appearance="primary"
          onClick={() => download(`fact-${proof.position}.tlog-proof`, proof.text, "text/plain;charset=utf-8")}
        >
          {t("proof.download")}
        </Button>
        {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls must be reachable by keyboard */}
        <pre className={styles.text} tabIndex={0}>
          {proof.text}
        </pre>
      </>
    );
  };
  return (
    <Panel open={position !== null} onClose={props.onClose} title={t("proof.title", { position: position ?? "" })}>
      <div className={styles.stack}>{body()}</div>
    </Panel>
  );
}
