event_heat-title = 事件热度
event_heat-unit = 加权件/km²
event_heat-note = 加权：{ $hours ->
    [0] 未闭环及近 { $minutes } 分钟内的事件
   *[other] 未闭环及近 { $hours } 小时内的事件
}，1 至 4 级计 4、3、2、1
event_heat-few = 少
event_heat-priority = 级别
event_heat-stage = 阶段
event_heat-age = 已用时
