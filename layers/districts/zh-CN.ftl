districts-city-day = 今日事件与常态
districts-now = 现在
districts-day = 今日事件与常态（同类日）
district_events_today = 今日事件
district_response_p50_s = 响应 中位
district_open_now = 未闭环
