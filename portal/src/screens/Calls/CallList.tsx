import { Badge, Button, makeStyles, Text, tokens } from "@fluentui/react-components";
import { useState, type ReactNode } from "react";
import { useWords } from "@/i18n/words";
import { useAsk } from "@/api/useAsk";
import { useTenant } from "@/app/tenant";
import { CallListDocument, type CallDirection, type CallListQuery } from "@/gql/graphql";
import { useFormats } from "@/i18n/format";
import { DataGrid, type Column } from "@/parts/DataGrid";
import { Failed } from "@/parts/Failed";
import { ChoiceFilter, FilterBar } from "@/parts/FilterBar";
import { usePaging } from "@/parts/usePaging";
import { useParameter } from "@/parts/useParameter";
import { useMoment } from "@/time/useMoment";
import { PersonLink } from "../People/PersonLink";
import type { CallSpan } from "./span";

type Row = NonNullable<CallListQuery["tenant"]>["at"]["calls"]["nodes"][number];
type Party = Row["participants"][number];

/** Microsoft's words; a kind not among them is listed without a filter. */
const KINDS = ["groupCall", "peerToPeer"];
const DIRECTIONS: readonly CallDirection[] = ["INTERNAL", "EXTERNAL", "PSTN"];

const useStyles = makeStyles({
  one: { display: "flex", flexWrap: "wrap", alignItems: "center", gap: tokens.spacingHorizontalS, marginBottom: "8px" },
});

/** The calls themselves, the newest first; opened, who took part. */
export function CallList({ span, days }: { readonly span: CallSpan; readonly days: ReactNode }): React.JSX.Element {
  const styles = useStyles();
  const { t } = useWords("Calls");
  const formats = useFormats();
  const tenant = useTenant();
  const moment = useMoment();
  const [chosen, setDirection] = useParameter("direction");
  const [open, setOpen] = useState<string | null>(null);
  const direction = DIRECTIONS.find((each) => each === chosen) ?? null;
  const [kind, setKind] = useParameter("kind");
  const [user, setUser] = useParameter("user");
  const chosenOf = { direction, kind: kind || null, user: user || null };
  const paging = usePaging(JSON.stringify([tenant.id, moment.variables, span, chosenOf]), 25);
  const asked = useAsk(CallListDocument, {
    tenant: tenant.id,
    ...moment.variables,
    ...span,
    ...chosenOf,
    first: paging.first,
    after: paging.after,
  });
  const calls = asked.before?.tenant?.at.calls;
  const began = (row: Row): string => formats.instant(row.startedAt, moment.timeZone);
  const columns: Column<Row>[] = [
    { id: "started", header: t("list.started"), minWidth: "130px", cell: began },
    { id: "length", header: t("list.length"), align: "end", cell: (row) => formats.duration(row.seconds) },
    { id: "direction", header: t("list.direction"), cell: (row) => t(`direction.${row.direction}`) },
    {
      id: "type",
      header: t("list.type"),
      wideOnly: true,
      cell: (row) => t(`kind.${row.kind}`, { defaultValue: row.kind }),
    },
    {
      id: "modalities",
      header: t("list.modalities"),
      wideOnly: true,
      cell: (row) =>
        row.modalities.length === 0
          ? t("modality.none")
          : formats.list(row.modalities.map((each) => t(`modality.${each}`, { defaultValue: each }))),
    },
    { id: "people", header: t("list.people"), align: "end", cell: (row) => formats.number(row.participantCount) },
    {
      id: "failed",
      header: t("list.heard"),
      wideOnly: true,
      cell: (row) =>
        row.failed ? (
          <Badge appearance="tint" color="danger">
            {t("list.failed")}
          </Badge>
        ) : (
          t("list.ok")
        ),
    },
  ];
  const theirName = calls?.nodes
    .flatMap(({ participants }) => participants)
    .find(({ userId }) => userId === user)?.name;
  return (
    <>
      {user !== "" && (
        <div className={styles.one}>
          <Text>{t("list.onlyUser", { name: theirName ?? t("list.someone") })}</Text>
          <Button size="small" onClick={() => setUser("")}>
            {t("list.allUsers")}
          </Button>
        </div>
      )}
      <FilterBar
        active={direction !== null || kind !== ""}
        onClear={() => [setDirection, setKind].forEach((set) => set(""))}
      >
        {days}
        <ChoiceFilter
          label={t("direction.label")}
          value={direction ?? ""}
          choices={DIRECTIONS.map((each) => ({ value: each, label: t(`direction.${each}`) }))}
          onChange={setDirection}
        />
        <ChoiceFilter
          label={t("list.kindLabel")}
          value={kind}
          choices={KINDS.map((each) => ({ value: each, label: t(`kind.${each}`) }))}
          onChange={setKind}
        />
      </FilterBar>
      {asked.trouble !== null && <Failed trouble={asked.trouble} onRetry={asked.again} />}
      {(calls !== undefined || asked.trouble === null) && (
        <DataGrid
          caption={t("list.caption")}
          columns={columns}
          rows={calls?.nodes}
          rowKey={(row) => row.id}
          waiting={asked.data === undefined}
          empty={t("list.empty")}
          emptyHint={t("list.emptyHint")}
          paging={paging}
          pageInfo={calls?.pageInfo}
          open={open}
          onOpen={setOpen}
          rowName={began}
          detail={(row) => <Participants call={row} when={began(row)} onOnly={setUser} />}
        />
      )}
    </>
  );
}

function Participants(props: {
  readonly call: Row;
  readonly when: string;
  readonly onOnly: (user: string) => void;
}): React.JSX.Element {
  const { call, when, onOnly } = props;
  const { t } = useWords("Calls");
  const formats = useFormats();
  const moment = useMoment();
  const columns: Column<Party & { readonly nth: number }>[] = [
    {
      id: "name",
      header: t("list.name"),
      cell: (party) => (
        <>
          {party.userId == null ? (
            (party.name ?? t("list.nameUnknown"))
          ) : (
            <PersonLink user={party.userId}>{party.name ?? t("list.nameUnknown")}</PersonLink>
          )}
          {party.userId != null && party.userId === call.organiserId && ` (${t("list.organiser")})`}
        </>
      ),
    },
    { id: "party", header: t("list.party"), cell: (party) => t(`list.partyKind.${party.kind}`) },
    {
      id: "joined",
      header: t("list.joined"),
      wideOnly: true,
      cell: (party) => formats.instant(party.joinedAt, moment.timeZone),
    },
    {
      id: "left",
      header: t("list.left"),
      wideOnly: true,
      cell: (party) => formats.instant(party.leftAt, moment.timeZone),
    },
    { id: "time", header: t("list.time"), align: "end", cell: (party) => formats.duration(party.seconds) },
    {
      id: "heard",
      header: t("list.heard"),
      wideOnly: true,
      cell: (party) => t(party.failed ? "list.failed" : "list.ok"),
    },
    {
      id: "only",
      header: t("title"),
      wideOnly: true,
      cell: ({ userId }) =>
        userId != null && (
          <Button size="small" appearance="subtle" onClick={() => onOnly(userId)}>
            {t("list.onlyTheirs")}
          </Button>
        ),
    },
  ];
  return (
    <>
      <DataGrid
        caption={t("list.participants", { when })}
        columns={columns}
        rows={call.participants.map((party, nth) => ({ ...party, nth }))}
        rowKey={({ nth }) => String(nth)}
        empty={t("list.nobody")}
      />
      <Text size={200}>{t("list.record", { id: call.callId, revision: call.revision })}</Text>
    </>
  );
}
