import { browserLine, secureLine } from "./device.js";
import { MicrophoneLine, RecordingLine } from "./microphone.js";
import { OutputLine } from "./output.js";
import { clockLine, restLine, socketLine } from "./service.js";
import { StaffLines } from "./staff.js";
import { mediaLine, relayLine, soundLine, tcpLine } from "./ways.js";

const SERVICES = ["stt", "llm", "tts"];

/**
 * Everything that is checked, in the order in which it is shown.
 * @param {{ears: import("./ears.js").Ears, probe: import("../links/check/probe.js").Probe,
 *   ways: import("../links/check/sound-ways.js").SoundWays}} parts
 * @returns {import("./checks.js").Line[]}
 */
export function linesOf({ ears, probe, ways }) {
  const microphone = new MicrophoneLine(ears);
  const recording = new RecordingLine(ears);
  const output = new OutputLine();
  const staff = new StaffLines(probe);
  const ofStaff = { after: ["ready"], isHere: () => staff.areHere };
  return [
    { id: "secure", seconds: 1, run: secureLine },
    { id: "browser", seconds: 1, needs: ["secure"], run: browserLine },
    {
      id: "microphone",
      seconds: 120,
      needs: ["secure", "browser"],
      run: (show) => microphone.run(show),
      act: (act, show) => microphone.act(act, show),
    },
    {
      id: "recording",
      seconds: 1,
      needs: ["secure", "browser"],
      run: () => recording.run(),
      act: (act, show) => recording.act(act, show),
    },
    { id: "output", seconds: 1, run: () => output.run(), act: (act, show) => output.act(act, show) },
    { id: "rest", seconds: 20, run: () => restLine(probe) },
    { id: "socket", seconds: 10, needs: ["rest"], run: () => socketLine(probe) },
    { id: "clock", seconds: 10, run: () => clockLine(probe) },
    { id: "media", seconds: 20, needs: ["rest"], run: () => mediaLine(ways) },
    { id: "udp", seconds: 30, needs: ["media"], run: () => soundLine(ways) },
    { id: "tcp", seconds: 30, needs: ["media"], after: ["udp"], run: () => tcpLine(ways) },
    { id: "turn", seconds: 30, needs: ["media"], after: ["tcp"], run: () => relayLine(ways) },
    { id: "ready", seconds: 10, run: () => staff.ready() },
    ...SERVICES.map((service) => ({ id: service, seconds: 30, ...ofStaff, run: () => staff.trial(service) })),
    { id: "seats", seconds: 5, ...ofStaff, run: () => staff.seats() },
  ];
}
