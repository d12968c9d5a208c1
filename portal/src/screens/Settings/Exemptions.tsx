import { Button, makeStyles, Text, tokens } from "@fluentui/react-components";
import { useState, type ReactElement } from "react";
import { useWords } from "@/i18n/words";
import { useAsk } from "@/api/useAsk";
import { useRights, useTenant } from "@/app/tenant";
import { SettingsExemptionsDocument, SettingsLiftExemptionDocument, type SettingsExemptionsQuery } from "@/gql/graphql";
import { useFormats } from "@/i18n/format";
import { Answer } from "@/parts/Answer";
import { ConfirmDialog } from "@/parts/ConfirmDialog";
import { DataGrid, type Column } from "@/parts/DataGrid";
import { Section } from "@/parts/Section";
import { usePaging } from "@/parts/usePaging";
import { useMoment } from "@/time/useMoment";
import { Refused } from "./Refused";
import { Said } from "./Said";
import { useMayChange, useSetting } from "./useSetting";
import { GoLink } from "@/screens/Worklist/GoLink";

type Exemption = NonNullable<SettingsExemptionsQuery["tenant"]>["at"]["exemptions"]["nodes"][number];

const useStyles = makeStyles({
  stack: { display: "flex", flexDirection: "column", gap: tokens.spacingVerticalL },
  quiet: { color: tokens.colorNeutralForeground3 },
});

/** Seats to be left alone on the day looked at: why, who answers for it, until when; and a way to lift it. */
export function Exemptions(): ReactElement {
  const styles = useStyles();
  const { t } = useWords("Settings");
  const { id } = useTenant();
  const moment = useMoment();
  const mayChange = useMayChange("exemptions");
  const paging = usePaging(JSON.stringify([id, moment.variables]));
  const asked = useAsk(SettingsExemptionsDocument, {
    tenant: id,
    ...moment.variables,
    first: paging.first,
    after: paging.after,
  });
  const [lifting, setLifting] = useState<Exemption | null>(null);
  const [said, setSaid] = useState(false);
  const columns = useColumns(mayChange ? setLifting : null);
  return (
    <div className={styles.stack}>
      {said && <Said words={t("exempt.lifted")} onDismiss={() => setSaid(false)} />}
      <Section
        title={t("exempt.title")}
        hint={t("exempt.lead")}
        actions={<GoLink to={moment.link("worklist")}>{t("exempt.worklist")}</GoLink>}
      >
        <Answer to={asked} height={320} keep>
          {({ tenant }) =>
            tenant != null && (
              <DataGrid
                caption={t("exempt.title")}
                columns={columns}
                rows={tenant.at.exemptions.nodes}
                rowKey={(row) => `${row.userId}~${row.sku.skuId}`}
                waiting={asked.data === undefined}
                empty={t("exempt.empty")}
                emptyHint={t("exempt.emptyWhat")}
                paging={paging}
                pageInfo={tenant.at.exemptions.pageInfo}
              />
            )
          }
        </Answer>
      </Section>
      {lifting !== null && (
        <Lift
          exemption={lifting}
          onClose={() => setLifting(null)}
          onDone={() => {
            setLifting(null);
            setSaid(true);
          }}
        />
      )}
    </div>
  );
}

function Lift(props: {
  readonly exemption: Exemption;
  readonly onClose: () => void;
  readonly onDone: () => void;
}): ReactElement {
  const { t } = useWords("Settings");
  const { id } = useTenant();
  const change = useSetting(SettingsLiftExemptionDocument, (data) => data.liftExemption);
  const { userId, userName, sku } = props.exemption;
  const lift = async (): Promise<void> => {
    const changed = await change.set({ tenant: id, seat: { user: userId, sku: sku.skuId } });
    if (changed !== null) props.onDone();
  };
  return (
    <ConfirmDialog
      open
      title={t("exempt.liftTitle")}
      confirm={t("exempt.lift")}
      running={change.setting}
      onConfirm={() => void lift()}
      onClose={props.onClose}
    >
      <Text block>{t("exempt.liftWhat", { person: userName ?? t("exempt.unnamed"), product: sku.name })}</Text>
      <Refused trouble={change.trouble} />
    </ConfirmDialog>
  );
}

function useColumns(onLift: ((exemption: Exemption) => void) | null): Column<Exemption>[] {
  const styles = useStyles();
  const { t } = useWords("Settings");
  const formats = useFormats();
  const moment = useMoment();
  const { persons } = useRights();
  const quiet = (words: string): ReactElement => <span className={styles.quiet}>{words}</span>;
  const columns: Column<Exemption>[] = [
    {
      id: "person",
      header: t("exempt.person"),
      cell: ({ userId, userName }) => (
        <GoLink to={moment.link(`people/${encodeURIComponent(userId)}`)}>{userName ?? t("exempt.unnamed")}</GoLink>
      ),
    },
    { id: "product", header: t("exempt.product"), minWidth: "120px", cell: ({ sku }) => sku.name },
    {
      id: "reason",
      header: t("exempt.reason"),
      minWidth: "120px",
      cell: ({ reason }) => reason ?? quiet(t(persons ? "exempt.unknown" : "exempt.hidden")),
    },
    {
      id: "owner",
      header: t("exempt.owner"),
      wideOnly: true,
      cell: ({ owner }) => owner ?? quiet(t("exempt.unnamed")),
    },
    {
      id: "until",
      header: t("exempt.until"),
      cell: ({ until }) => (until == null ? t("exempt.noEnd") : formats.day(until)),
    },
    { id: "by", header: t("exempt.by"), wideOnly: true, cell: ({ by }) => by ?? quiet(t("exempt.unknown")) },
  ];
  if (onLift === null) return columns;
  return [
    ...columns,
    {
      id: "act",
      header: t("prices.act"),
      cell: (row) => (
        <Button
          size="small"
          appearance="subtle"
          aria-label={t("exempt.liftOf", { person: row.userName ?? t("exempt.unnamed"), product: row.sku.name })}
          onClick={() => onLift(row)}
        >
          {t("exempt.lift")}
        </Button>
      ),
    },
  ];
}
