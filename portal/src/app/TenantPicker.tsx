import { Combobox, makeStyles, Option, Text, tokens } from "@fluentui/react-components";
import { useMemo, useState } from "react";
import { useWords } from "@/i18n/words";
import { useLocation, useNavigate, useParams } from "react-router";
import { useViewer } from "./tenant";

const useStyles = makeStyles({
  box: { minWidth: "96px", width: "260px", maxWidth: "100%" },
  name: { overflow: "hidden", textOverflow: "ellipsis", whiteSpace: "nowrap", color: tokens.colorNeutralForeground1 },
  list: { maxHeight: "60vh" },
});

/** Another customer, on the same screen and at the same moment. One customer is only named. */
export function TenantPicker(): React.JSX.Element | null {
  const styles = useStyles();
  const { t } = useWords();
  const { tenants } = useViewer();
  const { tenant } = useParams();
  const { pathname, search } = useLocation();
  const navigate = useNavigate();
  const [typed, setTyped] = useState<string | null>(null);
  const shown = tenants.find(({ id }) => id === tenant);
  const fitting = useMemo(() => {
    const wanted = (typed ?? "").trim().toLowerCase();
    return tenants.filter(({ name }) => name.toLowerCase().includes(wanted));
  }, [tenants, typed]);
  if (tenants.length === 0) return null;
  if (tenants.length === 1) {
    return (
      <Text weight="semibold" className={styles.name}>
        {tenants[0]?.name}
      </Text>
    );
  }
  return (
    <Combobox
      className={styles.box}
      aria-label={t("header.tenant")}
      placeholder={t("header.tenant")}
      value={typed ?? shown?.name ?? ""}
      selectedOptions={shown === undefined ? [] : [shown.id]}
      onChange={(event) => setTyped(event.target.value)}
      onOpenChange={(_, { open }) => setTyped(open ? "" : null)}
      onOptionSelect={(_, { optionValue }) => {
        setTyped(null);
        if (optionValue === undefined) return;
        const screen = /^\/t\/[^/]+\/([^/]+)/.exec(pathname)?.[1] ?? "overview";
        const moment = new URLSearchParams(search);
        for (const name of [...moment.keys()]) if (name !== "asOf" && name !== "knownAt") moment.delete(name);
        void navigate({ pathname: `/t/${encodeURIComponent(optionValue)}/${screen}`, search: moment.toString() });
      }}
      listbox={{ className: styles.list }}
    >
      {fitting.map(({ id, name }) => (
        <Option key={id} value={id} text={name}>
          {name}
        </Option>
      ))}
      {fitting.length === 0 && (
        <Option disabled text="">
          {t("header.noSuchTenant")}
        </Option>
      )}
    </Combobox>
  );
}
