import { useWords } from "@/i18n/words";
import type { Cause, FindingRemark, Tier } from "@/gql/graphql";
import { useFormats } from "@/i18n/format";
import { dayIn } from "@/time/days";
import { useMoment } from "@/time/useMoment";
import { sentenceOf } from "./sentence";

/** What a finding has to be asked for to be said in the reader's language. */
export interface Sayable {
  readonly cause: Cause;
  readonly tier: Tier;
  readonly remarks: readonly FindingRemark[];
  readonly userName?: string | null;
  readonly sku: { readonly name: string };
  readonly coveredBy: readonly { readonly name: string }[];
  readonly better?: { readonly name: string } | null;
  readonly heldSince?: string | null;
  readonly quietSince?: string | null;
  readonly quietDays?: number | null;
  readonly disabledSince?: string | null;
}

/** Says why a seat is a finding, in the reader's language and by the days of the tenant. */
export function useSentence(): (finding: Sayable) => string {
  const { t } = useWords("Worklist");
  const formats = useFormats();
  const { timeZone } = useMoment();
  const day = (at: string | null | undefined): string | null =>
    at == null ? null : formats.day(dayIn(new Date(at), timeZone));
  return (finding) => {
    const { key, values } = sentenceOf({
      cause: finding.cause,
      tier: finding.tier,
      remarks: finding.remarks,
      person: finding.userName ?? t("list.unnamed"),
      product: finding.sku.name,
      heldSince: day(finding.heldSince),
      quietSince: day(finding.quietSince),
      quietDays: finding.quietDays ?? null,
      disabledSince: day(finding.disabledSince),
      covered: finding.coveredBy.map(({ name }) => name),
      better: finding.better?.name ?? null,
    });
    return t(key, values);
  };
}
