event_heat-title = 事件热度
event_heat-unit = 件/km²
event_heat-note = 未闭环与窗口内事件，按级别加权（紧急计 4，重要计 3，一般计 2，较低计 1）
event_heat-few = 少
event_heat-priority = 级别
event_heat-stage = 阶段
event_heat-age = 已用时
