import type { PortfolioOrder } from "../../gql/graphql";
import type { Orders } from "../../parts/sorted";

/** What customers can be put in order by; the API says what each means. */
export const ORDERS: Orders<PortfolioOrder> = {
  all: ["LIKELY_SHARE", "GUARANTEED_SHARE", "UNASSIGNED_SHARE", "UTILISATION_ACTIVE", "RUN_RATE", "SEATS", "NAME"],
  first: "LIKELY_SHARE",
  down: ["LIKELY_SHARE", "GUARANTEED_SHARE", "UNASSIGNED_SHARE", "RUN_RATE", "SEATS"],
};
