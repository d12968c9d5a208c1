import { MessageBar, MessageBarBody } from "@fluentui/react-components";
import { useTranslation } from "react-i18next";
import { useAsk } from "@/api/useAsk";
import { useRights, useTenant } from "@/app/tenant";
import { PeopleChoicesDocument } from "@/gql/graphql";
import { ChoiceFilter, FilterBar, TextFilter } from "@/parts/FilterBar";
import { useParameter } from "@/parts/useParameter";
import { monthOf } from "@/time/days";
import { useMoment } from "@/time/useMoment";
import { Everybody } from "./Everybody";
import { IdleSeats } from "./IdleSeats";

const KINDS = ["PERSON", "GUEST", "ROOM", "PHONE_RESOURCE", "AGENT", "UNKNOWN"] as const;

/** Who is in the directory and what they hold, or who holds seats that nobody uses. */
export default function People(): React.JSX.Element {
  const { t } = useTranslation("People");
  const tenant = useTenant();
  const moment = useMoment();
  const rights = useRights();
  const [show, setShow] = useParameter("show");
  const [department, setDepartment] = useParameter("department");
  const [kind, setKind] = useParameter("kind");
  const [enabled, setEnabled] = useParameter("enabled");
  const [sku, setSku] = useParameter("sku");
  const [search, setSearch] = useParameter("search");
  const choices = useAsk(PeopleChoicesDocument, { tenant: tenant.id, ...moment.variables, month: monthOf(moment.day) });
  const at = choices.before?.tenant?.at;
  const departments = (at?.costs?.groups ?? []).flatMap(({ key }) => (key == null ? [] : [{ value: key, label: key }]));
  const skus = (at?.skus ?? []).map(({ skuId, name }) => ({ value: skuId, label: name }));
  const idle = show === "idle";
  const clear = (): void => [setDepartment, setKind, setEnabled, setSku, setSearch].forEach((set) => set(""));

  const filters = (
    <>
      <FilterBar active={[department, kind, enabled, sku, search].some((each) => each !== "")} onClear={clear}>
        <ChoiceFilter
          label={t("filter.show")}
          value={show}
          any={t("filter.all")}
          choices={[{ value: "idle", label: t("filter.idle") }]}
          onChange={setShow}
        />
        <ChoiceFilter
          label={t("filter.department")}
          value={department}
          choices={departments}
          onChange={setDepartment}
        />
        {idle ? (
          <ChoiceFilter label={t("filter.licence")} value={sku} choices={skus} onChange={setSku} />
        ) : (
          <>
            <ChoiceFilter
              label={t("filter.kind")}
              value={kind}
              choices={KINDS.map((each) => ({ value: each, label: t(`kind.${each}`) }))}
              onChange={setKind}
            />
            <ChoiceFilter
              label={t("filter.enabled")}
              value={enabled}
              choices={[
                { value: "yes", label: t("filter.yes") },
                { value: "no", label: t("filter.no") },
              ]}
              onChange={setEnabled}
            />
            {rights.persons && <TextFilter label={t("filter.search")} value={search} onChange={setSearch} />}
          </>
        )}
      </FilterBar>
      {!rights.persons && (
        <MessageBar intent="info" layout="multiline" style={{ marginBottom: 12 }}>
          <MessageBarBody>{t("pseudonyms")}</MessageBarBody>
        </MessageBar>
      )}
    </>
  );
  if (idle) return <IdleSeats department={department} sku={sku} filters={filters} />;
  return (
    <Everybody
      filter={{
        department: department || null,
        kind: KINDS.find((each) => each === kind) ?? null,
        enabled: enabled === "" ? null : enabled === "yes",
        search: rights.persons && search !== "" ? search : null,
      }}
      filters={filters}
    />
  );
}
