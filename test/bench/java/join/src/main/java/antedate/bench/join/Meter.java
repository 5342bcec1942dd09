package antedate.bench.join;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;

/** Time and processor time of this process since it began, by the records taken so far. */
public final class Meter {
  private record Sample(long records, long wallMs, long cpuMs) {}

  private static final OperatingSystemMXBean system =
      (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
  private static final long startedAt = ManagementFactory.getRuntimeMXBean().getStartTime();

  private final List<Sample> samples = new ArrayList<>();

  /** Samples ten times a second from now on. */
  public Meter start() {
    Thread thread = new Thread(() -> {
      for (;;) {
        sample();
        try {
          Thread.sleep(100);
        } catch (InterruptedException interrupted) {
          return;
        }
      }
    });
    thread.setDaemon(true);
    thread.start();
    return this;
  }

  private synchronized Sample sample() {
    long now = System.currentTimeMillis() - startedAt;
    Sample sample = new Sample(Books.records.sum(), now, system.getProcessCpuTime() / 1_000_000);
    samples.add(sample);
    return sample;
  }

  /** One line: all of it, and the steady part between a quarter and nineteen twentieths of the records. */
  public void print() {
    Sample end = sample();
    Sample from = firstWith(end.records / 4);
    Sample to = firstWith(end.records * 19 / 20);
    System.out.println("{" + json(end.records, end.wallMs, end.cpuMs) + ",\"steady\":{"
        + json(to.records - from.records, to.wallMs - from.wallMs, to.cpuMs - from.cpuMs) + "}," + Books.json() + "}");
  }

  private synchronized Sample firstWith(long records) {
    for (Sample sample : samples) if (sample.records >= records) return sample;
    throw new IllegalStateException("fewer records than were taken");
  }

  private static String json(long records, long wallMs, long cpuMs) {
    return "\"records\":" + records + ",\"wallMs\":" + wallMs + ",\"cpuMs\":" + cpuMs;
  }
}
