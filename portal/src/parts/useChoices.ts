import { useAsk, type Asked } from "@/api/useAsk";
import { useTenant } from "@/app/tenant";
import { ChoicesDocument, type ChoicesQuery } from "@/gql/graphql";
import { useMoment } from "@/time/useMoment";

/** What lists of people and of their seats can be narrowed to at the moment: products, departments and the like. */
export function useChoices(): Asked<ChoicesQuery> {
  const { id } = useTenant();
  const moment = useMoment();
  return useAsk(ChoicesDocument, { tenant: id, ...moment.variables });
}
