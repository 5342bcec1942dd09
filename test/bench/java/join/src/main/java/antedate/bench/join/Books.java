package antedate.bench.join;

import java.util.StringJoiner;
import java.util.concurrent.atomic.LongAdder;

/** What all tasks of this process counted: must equal what Antedate's join says of the same topics. */
public final class Books {
  public static final LongAdder records = new LongAdder();
  static final LongAdder duplicates = new LongAdder();
  static final LongAdder parked = new LongAdder();
  static final LongAdder[] classes = adders(5);
  static final LongAdder[] exposures = adders(6);
  static final LongAdder[] outcomes = adders(4);
  static final LongAdder uncertain = new LongAdder();

  private Books() {}

  private static LongAdder[] adders(int count) {
    LongAdder[] adders = new LongAdder[count];
    for (int index = 0; index < count; index++) adders[index] = new LongAdder();
    return adders;
  }

  static String json() {
    return "\"classes\":" + list(classes) + ",\"exposures\":" + list(exposures) + ",\"outcomes\":" + list(outcomes)
        + ",\"uncertain\":" + uncertain.sum() + ",\"duplicates\":" + duplicates.sum() + ",\"parked\":" + parked.sum();
  }

  private static String list(LongAdder[] adders) {
    StringJoiner joiner = new StringJoiner(",", "[", "]");
    for (LongAdder adder : adders) joiner.add(Long.toString(adder.sum()));
    return joiner.toString();
  }
}
