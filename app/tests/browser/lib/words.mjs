// The shop's own messages, so that a walk finds each control by the words that people read, in both languages.
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const FOLDER = fileURLToPath(new URL("../../../locales/", import.meta.url));

/** `t(key, { name: value })` in the language "ko" or "en". Knows what the files use of Fluent: values and plurals. */
export function words(language) {
  const messages = new Map();
  for (const file of readdirSync(`${FOLDER}${language}`)) {
    let key = null;
    for (const line of readFileSync(`${FOLDER}${language}/${file}`, "utf8").split("\n")) {
      const [, name, value] = /^([a-z][\w-]*) =\s?(.*)$/.exec(line) ?? [];
      if (name) messages.set(key = name, value);
      else if (/^\s/.test(line) || line === "}") messages.set(key, `${messages.get(key)}\n${line.trim()}`);
    }
  }
  return (key, values = {}) => {
    const text = messages.get(key);
    if (text === undefined) throw new Error(`no message ${key}`);
    return plural(text, values).replace(/\{ \$([a-z]+) \}/g, (_, name) => String(values[name])).trim();
  };
}

function plural(text, values) {
  const [, name] = /^\{\s*\$([a-z]+) ->/.exec(text.trim()) ?? [];
  if (!name) return text;
  const lines = text.trim().split("\n").slice(1, -1).map((line) => /^\*?\[(\w+)\] (.*)$/.exec(line));
  const found = lines.find(([, word]) => word === (Number(values[name]) === 1 ? "one" : "other"));
  return (found ?? lines.at(-1))[2];
}
