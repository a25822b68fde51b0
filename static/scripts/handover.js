// The computer's page follows the phone: it asks how far it got, and shows it anew when something changed.
const place = document.querySelector("[data-handover]");
const EVERY = 2000;

async function look() {
  const answer = await fetch("/verification/document/phone/state", { headers: { accept: "application/json" } });
  if (!answer.ok) return;
  const { stage, images } = await answer.json();
  if (stage === "finished" || stage === "gone") location.assign("/verification/document");
  else if (stage !== place.dataset.handover || images !== Number(place.dataset.images)) location.reload();
}

if (["waiting", "open"].includes(place?.dataset.handover)) {
  setInterval(() => { if (!document.hidden) look().catch(() => {}); }, EVERY);
}
