import { makeStyles, Skeleton, SkeletonItem, tokens } from "@fluentui/react-components";
import type { ReactElement } from "react";
import { useWords } from "@/i18n/words";

const useStyles = makeStyles({
  box: { display: "flex", flexDirection: "column", gap: tokens.spacingVerticalM, overflow: "hidden" },
});

/** A skeleton as high (in pixels) as what it stands for, so nothing jumps when the answer comes. */
export function Loading({ height = 120 }: { readonly height?: number }): ReactElement {
  const styles = useStyles();
  const { t } = useWords();
  const lines = Math.max(1, Math.floor(height / 36));
  return (
    <Skeleton className={styles.box} style={{ height }} aria-label={t("loading")}>
      {Array.from({ length: lines }, (_, at) => (
        <SkeletonItem key={at} size={24} />
      ))}
    </Skeleton>
  );
}
