// The text of a time stays in UTC; its title tells the reader's own time, and how long ago it was.
const UNITS = [
  ["year", 31557600],
  ["month", 2629800],
  ["day", 86400],
  ["hour", 3600],
  ["minute", 60],
  ["second", 1],
];

try {
  const language = document.documentElement.lang || "en";
  const local = new Intl.DateTimeFormat(language, { dateStyle: "full", timeStyle: "long" });
  const distance = new Intl.RelativeTimeFormat(language, { numeric: "auto" });
  for (const element of document.querySelectorAll("main time[datetime]")) {
    const time = new Date(element.dateTime);
    if (Number.isNaN(time.getTime())) continue;
    const seconds = (time.getTime() - Date.now()) / 1000;
    const [unit, length] = UNITS.find(([, length]) => Math.abs(seconds) >= length) ?? ["second", 1];
    element.title = `${local.format(time)}, ${distance.format(Math.trunc(seconds / length), unit)}`;
  }
} catch (problem) {
  console.warn("Times stay in UTC:", problem);
}
