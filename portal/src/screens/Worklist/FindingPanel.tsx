import {
  Button,
  OverlayDrawer,
  DrawerBody,
  DrawerFooter,
  DrawerHeader,
  DrawerHeaderTitle,
  makeStyles,
  tokens,
} from "@fluentui/react-components";
import { Dismiss24Regular } from "@fluentui/react-icons/svg/dismiss";
import type { ReactElement } from "react";
import { useWords } from "@/i18n/words";
import { useAsk } from "@/api/useAsk";
import { useTenant } from "@/app/tenant";
import { WorklistEvidenceDocument } from "@/gql/graphql";
import { Answer } from "@/parts/Answer";
import { Empty } from "@/parts/Empty";
import { useMoment } from "@/time/useMoment";
import type { Intent } from "./ActDialog";
import { ActButtons } from "./ActButtons";
import { FindingEvidence } from "./FindingEvidence";
import { seatOf, type Seat } from "./seats";

const useStyles = makeStyles({
  drawer: { width: "min(560px, 100vw)" },
  footer: { flexWrap: "wrap", borderTop: `1px solid ${tokens.colorNeutralStroke2}` },
});

/** The evidence of one finding: why, since when, how we know, what it costs, what to do. */
export function FindingPanel(props: {
  readonly seat: { readonly user: string; readonly sku: string };
  readonly idleDays: number | null;
  readonly onAct: (intent: Intent, seat: Seat) => void;
  readonly onClose: () => void;
}): ReactElement {
  const styles = useStyles();
  const { t } = useWords("Worklist");
  const { id } = useTenant();
  const moment = useMoment();
  const asked = useAsk(WorklistEvidenceDocument, {
    tenant: id,
    ...moment.variables,
    user: props.seat.user,
    sku: props.seat.sku,
    idleDays: props.idleDays,
  });
  const finding = asked.data?.tenant?.at.findings.nodes[0];
  return (
    <OverlayDrawer
      position="end"
      className={styles.drawer}
      open
      onOpenChange={(_, { open }) => !open && props.onClose()}
      data-drawer="evidence"
    >
      <DrawerHeader>
        <DrawerHeaderTitle
          action={
            <Button
              appearance="subtle"
              aria-label={t("evidence.close")}
              icon={<Dismiss24Regular />}
              onClick={props.onClose}
            />
          }
        >
          {t("evidence.title")}
        </DrawerHeaderTitle>
      </DrawerHeader>
      <DrawerBody>
        <Answer to={asked} height={520}>
          {(data) => {
            const found = data.tenant?.at.findings.nodes[0];
            return found === undefined || data.tenant == null ? (
              <Empty title={t("evidence.gone")} />
            ) : (
              <FindingEvidence finding={found} tenant={data.tenant} idleDays={props.idleDays} />
            );
          }}
        </Answer>
      </DrawerBody>
      {finding !== undefined && (
        <DrawerFooter className={styles.footer}>
          <ActButtons onIntent={(intent) => props.onAct(intent, seatOf(finding, t("list.unnamed")))} />
        </DrawerFooter>
      )}
    </OverlayDrawer>
  );
}
