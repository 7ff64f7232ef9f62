// Searches the logs: a log that has the words opens, with the lines that have them.
(() => {
  const logs = [...document.querySelectorAll("details.log")].map((details) => {
    const pre = details.querySelector("pre");
    return { details, pre, text: pre.textContent, open: details.open, shown: "", found: 0 };
  });
  const form = document.querySelector(".search");
  if (!logs.length || !form) return;
  form.hidden = false;
  const [input, count] = [form.querySelector("input"), form.querySelector("output")];

  const append = (pre, line, words) => {
    const lower = line.toLowerCase();
    let at = 0;
    // A character whose small letter is longer moves what follows: such a line is not marked.
    for (let next = lower.indexOf(words); next >= 0 && lower.length === line.length; ) {
      const mark = document.createElement("mark");
      mark.textContent = line.slice(next, next + words.length);
      pre.append(line.slice(at, next), mark);
      at = next + words.length;
      next = lower.indexOf(words, at);
    }
    pre.append(`${line.slice(at)}\n`);
  };

  const show = (log, words) => {
    if (log.shown === words) return;
    const lines = words ? log.text.split("\n") : [];
    const numbers = [...lines.keys()].filter((n) => lines[n].toLowerCase().includes(words));
    log.shown = words;
    log.found = numbers.length;
    log.pre.textContent = numbers.length ? "" : log.text;
    log.details.open = words ? numbers.length > 0 : log.open;
    for (const number of numbers) {
      log.pre.append(`${number + 1}: `);
      append(log.pre, lines[number], words);
    }
  };

  const search = () => {
    const words = input.value.toLowerCase();
    logs.forEach((log) => show(log, words));
    const lines = logs.reduce((sum, log) => sum + log.found, 0);
    const found = logs.filter((log) => log.found).length;
    count.textContent = words
      ? `${lines || "no"} line${lines === 1 ? "" : "s"} in ${found} of ${logs.length} logs`
      : "";
  };
  let timer;
  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(search, 150);
  });
  form.addEventListener("submit", (event) => event.preventDefault());
})();
