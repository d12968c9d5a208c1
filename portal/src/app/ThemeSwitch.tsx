import { Menu, MenuButton, MenuItemRadio, MenuList, MenuPopover, MenuTrigger } from "@fluentui/react-components";
import { WeatherMoon20Regular } from "@fluentui/react-icons/svg/weather-moon";
import { useWords } from "@/i18n/words";
import { THEMES, useColours, type ThemeChoice } from "./theme";

/** Light, dark, or as the system says. */
export function ThemeSwitch(): React.JSX.Element {
  const { t } = useWords();
  const { choice, choose } = useColours();
  return (
    <Menu
      checkedValues={{ theme: [choice] }}
      onCheckedValueChange={(_, { checkedItems }) => choose((checkedItems[0] ?? "system") as ThemeChoice)}
    >
      <MenuTrigger disableButtonEnhancement>
        <MenuButton
          appearance="subtle"
          icon={<WeatherMoon20Regular />}
          menuIcon={null}
          aria-label={`${t("header.theme")}: ${t(`themes.${choice}`)}`}
        />
      </MenuTrigger>
      <MenuPopover>
        <MenuList>
          {THEMES.map((each) => (
            <MenuItemRadio key={each} name="theme" value={each}>
              {t(`themes.${each}`)}
            </MenuItemRadio>
          ))}
        </MenuList>
      </MenuPopover>
    </Menu>
  );
}
