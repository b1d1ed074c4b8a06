headline-title = 今日城市运行
events_today = 今日事件
open_now = 未闭环
response_p50_s = 首次响应 中位
closure_p90_s = 闭环 九成
proactive_pct = 主动发现
unit-events = 件
unit-percent = %
