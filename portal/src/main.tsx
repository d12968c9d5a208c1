import { createRoot } from "react-dom/client";
import { createClient } from "./api/client";
import { App, type Begun } from "./app/App";
import { askAhead } from "./app/askAhead";
import { fetchScreen, screenAt } from "./app/screens";
import { readSession, SignedOut } from "./api/session";
import { startWords } from "./i18n/setup";

/** What the server says of the session. Where there is one, what is sure to be asked is on its way. */
async function begin(): Promise<Begun> {
  try {
    const session = await readSession();
    const client = createClient(session.csrf);
    void askAhead(client, location.pathname, location.search);
    return { session, client };
  } catch (error) {
    return error instanceof SignedOut ? error : "unreachable";
  }
}

const screen = screenAt(location.pathname);
if (screen !== undefined) fetchScreen(screen);
const [begun] = await Promise.all([begin(), startWords(undefined, screen)]);
const root = document.getElementById("root");
if (root !== null) createRoot(root).render(<App begun={begun} />);
