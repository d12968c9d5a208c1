import { Menu, MenuButton, MenuItemRadio, MenuList, MenuPopover, MenuTrigger } from "@fluentui/react-components";
import { Globe20Regular } from "@fluentui/react-icons/svg/globe";
import { useWords } from "@/i18n/words";
import { LANGUAGES, type Language } from "@/i18n/languages";
import { speak } from "@/i18n/setup";

/** Another language, at once and from now on. */
export function LanguageSwitch(): React.JSX.Element {
  const { t, language: spoken } = useWords();
  const language = spoken as Language;
  return (
    <Menu
      checkedValues={{ language: [language] }}
      onCheckedValueChange={(_, { checkedItems }) => void speak((checkedItems[0] ?? "en") as Language)}
    >
      <MenuTrigger disableButtonEnhancement>
        <MenuButton
          appearance="subtle"
          icon={<Globe20Regular />}
          aria-label={`${language.toUpperCase()} · ${t("header.language")}: ${LANGUAGES[language]}`}
        >
          {language.toUpperCase()}
        </MenuButton>
      </MenuTrigger>
      <MenuPopover>
        <MenuList>
          {Object.entries(LANGUAGES).map(([code, name]) => (
            <MenuItemRadio key={code} name="language" value={code} lang={code}>
              {name}
            </MenuItemRadio>
          ))}
        </MenuList>
      </MenuPopover>
    </Menu>
  );
}
