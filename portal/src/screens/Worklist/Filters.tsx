import type { ReactElement } from "react";
import { useWords } from "@/i18n/words";
import { ChoiceFilter, ChoicesFilter, FilterBar, TextFilter } from "@/parts/FilterBar";
import { PlaceFilter } from "@/parts/PlaceFilter";
import { useChoices } from "@/parts/useChoices";
import { CAUSES, isFiltered, NO_FILTERS, TIERS, type Choice } from "./choice";

/** The filters of the worklist; all of them are applied by the API. */
export function Filters(props: {
  readonly choice: Choice;
  readonly onChoose: (part: Partial<Choice>) => void;
}): ReactElement {
  const { t } = useWords("Worklist");
  const { before } = useChoices();
  const { choice, onChoose } = props;
  const at = before?.tenant?.at;
  const places = [
    { name: "department", groups: at?.departments },
    { name: "company", groups: at?.companies },
    { name: "costCentre", groups: at?.costCentres },
    { name: "country", groups: at?.countries },
  ] as const;
  return (
    <FilterBar active={isFiltered(choice)} onClear={() => onChoose(NO_FILTERS)}>
      <ChoicesFilter
        label={t("filter.cause")}
        values={choice.causes}
        choices={CAUSES.map((value) => ({ value, label: t(`causes.${value}`) }))}
        onChange={(values) => onChoose({ causes: CAUSES.filter((each) => values.includes(each)) })}
      />
      <ChoicesFilter
        label={t("filter.tier")}
        values={choice.tiers}
        choices={TIERS.map((value) => ({ value, label: t(`tiers.${value}`) }))}
        onChange={(values) => onChoose({ tiers: TIERS.filter((each) => values.includes(each)) })}
      />
      <ChoiceFilter
        label={t("filter.sku")}
        value={choice.sku ?? ""}
        choices={(before?.tenant?.at.skus ?? []).map(({ skuId, name }) => ({ value: skuId, label: name }))}
        onChange={(value) => onChoose({ sku: value === "" ? null : value })}
      />
      {places.map(({ name, groups }) => (
        <PlaceFilter
          key={name}
          label={t(`filter.${name}`)}
          value={choice[name] ?? ""}
          groups={groups}
          onChange={(value) => onChoose({ [name]: value === "" ? null : value })}
        />
      ))}
      <TextFilter
        label={t("filter.idleDays")}
        type="number"
        value={choice.idleDays === null ? "" : String(choice.idleDays)}
        placeholder={before?.tenant == null ? "" : t("filter.idleDaysRule", { days: before.tenant.policy.idleDays })}
        onChange={(value) => onChoose({ idleDays: /^[1-9]\d{0,3}$/.test(value) ? Number(value) : null })}
      />
    </FilterBar>
  );
}
