// Times are typed by the clock of whoever types: their browser's zone goes along in a hidden field and
// is said beside the time (dashboard/furniture/zone_form.py).
const pad = (n) => String(n).padStart(2, "0");
const day = (moment) =>
  `${moment.getFullYear()}-${pad(moment.getMonth() + 1)}-${pad(moment.getDate())}`;
const minute = (moment) => `${pad(moment.getHours())}:${pad(moment.getMinutes())}`;

function fit() {
  const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
  for (const zone of document.querySelectorAll("[data-zone-of]")) {
    const field = zone.form.elements[zone.dataset.zoneOf];
    const help = document.getElementById(`${field.id}_helptext`);
    const now = new Date();
    if (timeZone && zone.value !== timeZone) {
      zone.value = timeZone;
      const { moment } = field.dataset;
      if (moment) field.value = `${day(new Date(moment))}T${minute(new Date(moment))}`;
    }
    const words = zone.dataset.zoneWords.replace("%(zone)s", zone.value);
    if (help) help.textContent = words.replace("%(now)s", `${day(now)} ${minute(now)}`);
  }
}

fit();
setInterval(() => {
  if (!document.hidden) fit();
}, 20000);
