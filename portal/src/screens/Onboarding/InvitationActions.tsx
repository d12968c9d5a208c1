import { Button, makeStyles, Text, tokens } from "@fluentui/react-components";
import { useState } from "react";
import { useWords } from "@/i18n/words";
import { useChange } from "@/api/useChange";
import { RemindTenantDocument, WithdrawInvitationDocument, type NewcomerPartsFragment } from "@/gql/graphql";
import { useFormats } from "@/i18n/format";
import { ConfirmDialog } from "@/parts/ConfirmDialog";
import type { Made } from "./LinkCard";
import { Refused } from "./Refused";

const useStyles = makeStyles({
  row: { display: "flex", flexWrap: "wrap", gap: tokens.spacingHorizontalM, alignItems: "center" },
});

/** The link that is open, and what can be done: another one, or taking the invitation back. */
export function InvitationActions(props: {
  readonly row: NewcomerPartsFragment;
  readonly onMade: (made: Made) => void;
}): React.JSX.Element | null {
  const styles = useStyles();
  const { t } = useWords("Onboarding");
  const formats = useFormats();
  const { row } = props;
  const [asking, setAsking] = useState(false);
  const remind = useChange(RemindTenantDocument);
  const withdraw = useChange(WithdrawInvitationDocument);
  if (!row.mayChange.invitation) return null;
  const send = async (): Promise<void> => {
    const told = await remind.change({ tenant: row.id });
    if (told !== null) props.onMade({ ...told.remindTenant, name: row.name });
  };
  const takeBack = async (): Promise<void> => {
    if ((await withdraw.change({ tenant: row.id })) !== null) setAsking(false);
  };
  return (
    <>
      <div className={styles.row}>
        <Text>
          {row.invitation == null
            ? t("open.none")
            : t("open.until", {
                made: formats.instant(row.invitation.madeAt),
                date: formats.instant(row.invitation.expiresAt),
              })}
        </Text>
        <Button size="small" disabled={remind.changing} onClick={() => void send()}>
          {t("open.again")}
        </Button>
        {row.state === "INVITED" && (
          <Button size="small" onClick={() => setAsking(true)}>
            {t("open.takeBack")}
          </Button>
        )}
      </div>
      <Refused trouble={remind.trouble} />
      <ConfirmDialog
        open={asking}
        title={t("open.sure", { name: row.name })}
        confirm={t("open.takeBack")}
        running={withdraw.changing}
        onConfirm={() => void takeBack()}
        onClose={() => {
          withdraw.clear();
          setAsking(false);
        }}
      >
        <Text>{t("open.sureAbout")}</Text>
        <Refused trouble={withdraw.trouble} />
      </ConfirmDialog>
    </>
  );
}
