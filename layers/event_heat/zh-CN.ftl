event_heat-title = 事件热度
    .means = 地面上的事件：未闭环的与近时段发生的，每件计一次。远看为每平方公里件数，随缩放按 330 至 66 米平滑；街道上按 25 米方格计数，至少近 7 天。六级：一个起点，再取上一整点时起点以上格子的 42、66、82、92、98 分位，取整。
    .unknown = 没有坐标的事件不在图上。
event_heat-per-km2 = 件/km²
event_heat-per-cell = 件/25 m 格
event_heat-counts = 未闭环及近 { $whole_days ->
    [0] { $hours ->
        [0] { $minutes } 分钟
       *[other] { $hours } 小时
    }
   *[other] { $whole_days } 天
}
event_heat-street-counts = 未闭环及近 { $days } 天
event_heat-note-heat = 250 m 格，按 330 m 平滑 · 级界为有事件格的 42·66·82·92·98 分位，每整点更新
event_heat-note-heat-near = 150 m 格，按 200 m 平滑 · 级界为有事件格的 42·66·82·92·98 分位，每整点更新
event_heat-note-heat-close = 100 m 格，按 130 m 平滑 · 级界为有事件格的 42·66·82·92·98 分位，每整点更新
event_heat-note-heat-closer = 50 m 格，按 66 m 平滑 · 级界为有事件格的 42·66·82·92·98 分位，每整点更新
event_heat-note-street = 按格计数，不平滑 · 级界为有事件格的 42·66·82·92·98 分位，每整点更新
event_heat-priority = 级别
    .means = 四级，1 级最急。
    .unknown = 不会缺。
event_heat-stage = 阶段
    .means = 事件已到的最远阶段。
    .unknown = 不会缺。
event_heat-age = 已用时
    .means = 自立案到所看时刻的时长。
    .unknown = 不会缺。
event_heat-place = 地点
    .means = 所在街道，不详时为所在区。
    .unknown = 上报时都没有写明。
event_heat-unit = 承办
    .means = 牵头单位。
    .unknown = 尚未派单。
event_heat-since = 始于
    .means = 立案时刻。
    .unknown = 不会缺失。
event_heat-ai = AI 识别
    .means = 是否由模型从画面中识别而来。
    .unknown = 不会缺。
event_heat-ai-yes = 是
event_heat-ai-no = 否
