import { MessageBar, MessageBarBody } from "@fluentui/react-components";
import { useWords } from "@/i18n/words";
import { useSearchParams } from "react-router";
import { useRights } from "@/app/tenant";
import { ChoiceFilter, ChoicesFilter, FilterBar, TextFilter } from "@/parts/FilterBar";
import { PlaceFilter } from "@/parts/PlaceFilter";
import { useChoices } from "@/parts/useChoices";
import { useParameter, useParameters } from "@/parts/useParameter";
import { Everybody } from "./Everybody";
import { IdleSeats } from "./IdleSeats";

const ACTIVITIES = ["ACTIVE", "QUIET", "NEVER", "UNVERIFIABLE"] as const;

const FILTERS = ["department", "company", "costCentre", "country", "kind", "enabled", "sku", "activity", "search"];

const KINDS = ["PERSON", "GUEST", "ROOM", "PHONE_RESOURCE", "AGENT", "UNKNOWN"] as const;

/** Who is in the directory and what they hold, or who holds seats that nobody uses. */
export default function People(): React.JSX.Element {
  const { t } = useWords("People");
  const rights = useRights();
  const [show, setShow] = useParameter("show");
  const [department, setDepartment] = useParameter("department");
  const [kind, setKind] = useParameter("kind");
  const [enabled, setEnabled] = useParameter("enabled");
  const [sku, setSku] = useParameter("sku");
  const [search, setSearch] = useParameter("search");
  const [company, setCompany] = useParameter("company");
  const [costCentre, setCostCentre] = useParameter("costCentre");
  const [country, setCountry] = useParameter("country");
  const [activity, setActivity] = useParameters("activity");
  const at = useChoices().before?.tenant?.at;
  const skus = (at?.skus ?? []).map(({ skuId, name }) => ({ value: skuId, label: name }));
  const idle = show === "idle";
  const states = ACTIVITIES.filter((each) => activity.includes(each));
  const chosen = [department, company, costCentre, country, kind, enabled, sku, search];
  const [, setAddress] = useSearchParams();
  const clear = (): void =>
    setAddress(
      (before) => {
        const next = new URLSearchParams(before);
        for (const name of FILTERS) next.delete(name);
        return next;
      },
      { replace: true },
    );

  const filters = (
    <>
      <FilterBar active={chosen.some((each) => each !== "") || states.length > 0} onClear={clear}>
        <ChoiceFilter
          label={t("filter.show")}
          value={show}
          any={t("filter.all")}
          choices={[{ value: "idle", label: t("filter.idle") }]}
          onChange={setShow}
        />
        <PlaceFilter
          label={t("filter.department")}
          value={department}
          groups={at?.departments}
          onChange={setDepartment}
        />
        <ChoiceFilter label={t("filter.licence")} value={sku} choices={skus} onChange={setSku} />
        {!idle && (
          <>
            <PlaceFilter label={t("filter.company")} value={company} groups={at?.companies} onChange={setCompany} />
            <PlaceFilter
              label={t("filter.costCentre")}
              value={costCentre}
              groups={at?.costCentres}
              onChange={setCostCentre}
            />
            <PlaceFilter label={t("filter.country")} value={country} groups={at?.countries} onChange={setCountry} />
            <ChoicesFilter
              label={t("filter.activity")}
              values={states}
              choices={ACTIVITIES.map((value) => ({ value, label: t(`activity.${value}`) }))}
              onChange={setActivity}
            />
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
        company: company || null,
        costCentre: costCentre || null,
        country: country || null,
        sku: sku || null,
        activity: states.length > 0 ? states : null,
        kind: KINDS.find((each) => each === kind) ?? null,
        enabled: enabled === "" ? null : enabled === "yes",
        search: rights.persons && search !== "" ? search : null,
      }}
      filters={filters}
    />
  );
}
