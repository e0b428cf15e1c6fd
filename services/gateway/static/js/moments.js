// Moments as people in China read them, wherever the browser is.

// "2018-07-30 09:00" in China; with seconds where the order within a minute matters.
export function moment(microseconds, withSeconds = false) {
  if (!Number(microseconds)) return "—";
  const day = new Date(Math.floor(Number(microseconds) / 1000));
  const options = {
    timeZone: "Asia/Shanghai", year: "numeric", month: "2-digit", day: "2-digit",
    hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23",
  };
  const part = Object.fromEntries(new Intl.DateTimeFormat("en", options).formatToParts(day).map((p) => [p.type, p.value]));
  const seconds = withSeconds ? `:${part.second}` : "";
  return `${part.year}-${part.month}-${part.day} ${part.hour}:${part.minute}${seconds}`;
}
