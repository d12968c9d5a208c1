import { Outlet, useParams } from "react-router";
import { useMemo } from "react";
import { useAsk } from "@/api/useAsk";
import { useLive } from "@/api/useLive";
import { ShownTenantDocument } from "@/gql/graphql";
import { Failed } from "@/parts/Failed";
import { Loading } from "@/parts/Loading";
import { Renewed } from "@/parts/Renewed";
import { TimeBar } from "@/time/TimeBar";
import { useMoment } from "@/time/useMoment";
import { TenantContext, useTenant, type ShownTenant } from "./tenant";

/** The screens of one customer, below the time machine that rules them. */
export function TenantScreens(): React.JSX.Element {
  const { tenant: id = "" } = useParams();
  const { data, trouble, again } = useAsk(ShownTenantDocument, { tenant: id }, { live: true });
  const found = data?.tenant;
  const { timeZone, currency } = found?.policy ?? {};
  const today = found?.at.asOf;
  const mayChange = found?.mayChange;
  const may = JSON.stringify(mayChange);
  const tenant = useMemo<ShownTenant | null>(
    () =>
      found == null ||
      timeZone === undefined ||
      currency === undefined ||
      today === undefined ||
      mayChange === undefined
        ? null
        : { id: found.id, name: found.name, state: found.state, timeZone, currency, today, mayChange },
    // eslint-disable-next-line react-hooks/exhaustive-deps -- the object changes with every answer, its words do not
    [found?.id, found?.name, found?.state, timeZone, currency, today, may],
  );
  if (trouble !== null && tenant === null) return <Failed trouble={trouble} onRetry={again} />;
  if (tenant === null) return <Loading height={400} />;
  return (
    <TenantContext value={tenant}>
      <AtMoment />
    </TenantContext>
  );
}

function AtMoment(): React.JSX.Element {
  const moment = useMoment();
  const { id } = useTenant();
  const renewed = useLive(id, !moment.past);
  return (
    <>
      <TimeBar live={<Renewed at={renewed} />} />
      <Outlet key={id} />
    </>
  );
}
