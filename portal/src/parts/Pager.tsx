import { Button, makeStyles, Select, Text, tokens } from "@fluentui/react-components";
import { ChevronLeft20Regular } from "@fluentui/react-icons/svg/chevron-left";
import { ChevronRight20Regular } from "@fluentui/react-icons/svg/chevron-right";
import type { ReactElement } from "react";
import { useWords } from "@/i18n/words";
import { useFormats } from "@/i18n/format";
import type { Paging } from "./usePaging";

const useStyles = makeStyles({
  bar: {
    display: "flex",
    flexWrap: "wrap",
    alignItems: "center",
    gap: tokens.spacingHorizontalS,
    marginTop: tokens.spacingVerticalS,
  },
  words: { marginRight: "auto", color: tokens.colorNeutralForeground3 },
});

/** Back and on through the pages of a list, and how many items a page has. */
export function Pager(props: {
  readonly paging: Paging;
  readonly pageInfo?: { readonly hasNextPage: boolean; readonly endCursor?: string | null };
  readonly shown: number;
  readonly waiting: boolean;
}): ReactElement {
  const styles = useStyles();
  const { t } = useWords();
  const formats = useFormats();
  const { paging, pageInfo, shown, waiting } = props;
  const from = (paging.page - 1) * paging.first + 1;
  const cursor = pageInfo?.endCursor;
  return (
    <div className={styles.bar} role="group" aria-label={t("grid.pages")} data-print="no">
      <Text size={200} className={styles.words} role="status">
        {shown === 0
          ? ""
          : t("grid.range", { from: formats.number(from), to: formats.number(from + shown - 1), page: paging.page })}
      </Text>
      <Select
        size="small"
        aria-label={t("grid.size")}
        value={paging.first}
        onChange={(_, { value }) => paging.resize(Number(value))}
      >
        {paging.sizes.map((size) => (
          <option key={size} value={size}>
            {t("grid.perPage", { size })}
          </option>
        ))}
      </Select>
      <Button
        size="small"
        icon={<ChevronLeft20Regular />}
        disabled={paging.page === 1 || waiting}
        onClick={paging.previous}
      >
        {t("grid.previous")}
      </Button>
      <Button
        size="small"
        icon={<ChevronRight20Regular />}
        iconPosition="after"
        disabled={pageInfo?.hasNextPage !== true || cursor == null || waiting}
        onClick={() => cursor != null && paging.next(cursor)}
      >
        {t("grid.next")}
      </Button>
    </div>
  );
}
