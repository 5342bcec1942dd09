package antedate.bench;

import antedate.bench.join.Join;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.PrimitiveArrayTypeInfo;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;

/** The join: a message's state as bytes on the heap, under its ID. */
final class JoinFunction extends KeyedProcessFunction<MessageKey, Event, byte[]> {
  private transient Join join;
  private transient ValueState<byte[]> message;

  @Override
  public void open(OpenContext context) {
    join = new Join();
    var descriptor = new ValueStateDescriptor<>("message", PrimitiveArrayTypeInfo.BYTE_PRIMITIVE_ARRAY_TYPE_INFO);
    message = getRuntimeContext().getState(descriptor);
  }

  @Override
  public void processElement(Event event, Context context, Collector<byte[]> out) throws Exception {
    byte[] before = message.value();
    long appendTime = context.timestamp();
    byte[] after = join.apply(event.input, context.getCurrentKey().id, event.value, appendTime, before);
    if (after != before) message.update(after);
    if (before == null) context.timerService().registerEventTimeTimer(appendTime + Join.WINDOW_MS + 1);
    if (join.wakeAfter > 0) context.timerService().registerEventTimeTimer(join.wakeAfter + 1);
    for (byte[] row : join.rows) out.collect(row);
  }

  @Override
  public void onTimer(long time, OnTimerContext context, Collector<byte[]> out) throws Exception {
    byte[] state = message.value();
    if (state == null) return;
    if (time > Join.beganAt(state) + Join.WINDOW_MS) {
      // A bounded input ends with the end of time; here it only means that the benchmark is over.
      if (context.timerService().currentWatermark() == Long.MAX_VALUE) return;
      join.expire(context.getCurrentKey().id, state);
      message.clear();
    } else {
      byte[] after = join.timeIsUp(context.getCurrentKey().id, state);
      if (after != state) message.update(after);
    }
    for (byte[] row : join.rows) out.collect(row);
  }
}
